import type { layers } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import * as exported from '../../src/layers/index';
import { useCpu } from '../support/cpu';
import { exportsIn } from './exports';
import { BUILDERS, LAYERS } from './layers';

// What every layer must be, whatever it computes; net-contract.ts says what its net must do.

useCpu();

/** Exports that are neither a layer nor a builder. */
const OTHERS = ['preprocessImages', 'registerLayers', 'setDropoutStep'];

it('has a case for every layer and every builder that is exported', () => {
  expect([...exportsIn(Object.keys({ ...LAYERS, ...BUILDERS })), ...OTHERS].sort()).toEqual(
    Object.keys(exported).sort(),
  );
});

describe.each(Object.entries(LAYERS))('%s', (name, { make }) => {
  it('is the layer that it is named after', () => {
    expect(make().constructor).toBe(new Map<string, unknown>(Object.entries(exported)).get(exportsIn([name])[0]));
  });

  it('is the same after its config went through JSON', () => {
    const layer = make();
    const config = JSON.parse(JSON.stringify(layer.getConfig()));
    const Class = layer.constructor as new (config: object) => layers.Layer;
    expect(JSON.parse(JSON.stringify(new Class(config).getConfig()))).toEqual(config);
  });

  it("has a class name that cannot meet another library's", () => {
    expect(make().getClassName()).toMatch(/^TfjsMultitask/);
  });
});
