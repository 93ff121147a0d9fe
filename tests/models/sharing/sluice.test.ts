import { describe, expect, it } from 'vitest';
import { UNetEncoder } from '../../../src/layers/index';
import { sluice } from '../../../src/models/index';
import { useCpu } from '../../support/cpu';
import { inputsOf } from './graph';
import { tinyShared } from './models';

useCpu();

describe('sluice', () => {
  it('mixes what the next level sees and what the heads see by weights of their own', () => {
    const model = tinyShared(sluice(), { encoder: UNetEncoder({ filters: [2, 4, 4] }) });
    const maps = (level: number) => ['mask', 'grade'].map((task) => `encoder/${task}/level${level}/conv2`);
    for (const level of [1, 2]) {
      expect(inputsOf(model, `encoder/sluice${level}`)).toEqual(maps(level));
      expect(inputsOf(model, `encoder/skip${level}`)).toEqual(maps(level));
      expect(inputsOf(model, `encoder/mask/level${level + 1}/pool`)).toEqual([`encoder/sluice${level}`]);
      expect(inputsOf(model, `mask/dec${level}/concat`)[0]).toBe(`encoder/skip${level}`);
    }
    expect(inputsOf(model, 'encoder/skip3')).toEqual(maps(3));
    expect(inputsOf(model, 'grade/flatten')).toEqual(['encoder/skip3']);
    expect(model.net.layers.some(({ name }) => name === 'encoder/sluice3')).toBe(false);
    model.dispose();
  });

  it('refuses options out of range', () => {
    expect(() => sluice({ subspaces: 0 })).toThrow('sluice: subspaces must be an integer of at least 1, got 0.');
    expect(() => sluice({ self: 1.1 })).toThrow('sluice: self must lie in [0, 1], got 1.1.');
    expect(() => tinyShared(sluice({ subspaces: 3 }))).toThrow('subspaces must divide the 2 channels, got 3.');
  });
});
