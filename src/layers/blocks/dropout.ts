import { serialization } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { apply } from '../core/apply';
import { layerSeed } from '../core/initializer';
import { SeededDropout } from '../seeded-dropout';

/** Adds a dropout layer named `name`; a rate of 0 adds nothing. */
export function applyDropout(rate: number, input: SymbolicTensor, name: string, seed?: number): SymbolicTensor {
  if (rate === 0) return input;
  serialization.registerClass(SeededDropout);
  return apply(new SeededDropout({ name, rate, seed: layerSeed(seed, name) }), input);
}
