import { describe, expect, it } from 'vitest';
import { cgc, mmoe, ple } from '../../../src/models/index';
import { useCpu } from '../../support/cpu';
import { behind, inputsOf } from './graph';
import { tinyShared } from './models';

useCpu();

/** The experts that an output depends on. */
const experts = (model: ReturnType<typeof tinyShared>, task: string) => {
  const names = behind(model, task).map((name) => name.match(/^encoder\/(.*expert\d)\//)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
};

describe('mmoe', () => {
  it('gates all experts for each task, at each level', () => {
    const model = tinyShared(mmoe({ experts: 2 }));
    expect(inputsOf(model, 'encoder/mask/gate1')).toEqual([
      'encoder/expert1/level1/conv2',
      'encoder/expert2/level1/conv2',
    ]);
    expect(inputsOf(model, 'encoder/grade/gate2')).toEqual([
      'encoder/expert1/level2/conv2',
      'encoder/expert2/level2/conv2',
    ]);
    expect(inputsOf(model, 'mask/dec1/concat')[0]).toBe('encoder/mask/gate1');
    expect(inputsOf(model, 'grade/flatten')).toEqual(['encoder/grade/gate2']);
    model.dispose();
  });

  it('refuses fewer than two experts', () => {
    expect(() => mmoe({ experts: 1 })).toThrow('mmoe: experts must be an integer of at least 2, got 1.');
  });
});

describe('cgc', () => {
  it("runs the shared experts and a task's own, not those of another task", () => {
    const model = tinyShared(cgc({ shared: 2, own: 1 }));
    expect(experts(model, 'grade')).toEqual(['expert1', 'expert2', 'grade/expert1']);
    expect(inputsOf(model, 'encoder/grade/gate2')).toEqual([
      'encoder/grade/expert1/level2/conv2',
      'encoder/expert1/level2/conv2',
      'encoder/expert2/level2/conv2',
    ]);
    model.dispose();
  });

  it('refuses to do without one kind of expert', () => {
    expect(() => cgc({ shared: 0 })).toThrow('cgc: shared must be an integer of at least 1, got 0.');
    expect(() => cgc({ own: 0 })).toThrow('cgc: own must be an integer of at least 1, got 0.');
  });
});

describe('ple', () => {
  it('goes on from the gates of each level, the shared experts from a gate over all', () => {
    const model = tinyShared(ple());
    const level1 = ['mask/expert1', 'grade/expert1', 'expert1'].map((name) => `encoder/${name}/level1/conv2`);
    expect(inputsOf(model, 'encoder/gate1')).toEqual(level1);
    expect(inputsOf(model, 'encoder/mask/gate1')).toEqual([level1[0], level1[2]]);
    expect(inputsOf(model, 'encoder/mask/expert1/level2/pool')).toEqual(['encoder/mask/gate1']);
    expect(inputsOf(model, 'encoder/grade/expert1/level2/pool')).toEqual(['encoder/grade/gate1']);
    expect(inputsOf(model, 'encoder/expert1/level2/pool')).toEqual(['encoder/gate1']);
    expect(inputsOf(model, 'grade/flatten')).toEqual(['encoder/grade/gate2']);
    expect(experts(model, 'grade')).toEqual(['expert1', 'grade/expert1', 'mask/expert1']);
    model.dispose();
  });

  it('refuses to do without one kind of expert', () => {
    expect(() => ple({ shared: 0 })).toThrow('ple: shared must be an integer of at least 1, got 0.');
    expect(() => ple({ own: 1.5 })).toThrow('ple: own must be an integer of at least 1, got 1.5.');
  });
});
