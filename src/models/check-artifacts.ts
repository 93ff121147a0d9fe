import type { io } from '@tensorflow/tfjs-core';
import { checkTopology } from './check-topology';
import { checkByteLength, checkWeightSpecs } from './check-weights';

/**
 * Checks a layers model from outside before TensorFlow.js builds it; `who` begins errors.
 *
 * @throws {RangeError} or TypeError where it would not come to an end, would load untrained or as something else than
 * it says, or where its weights are not as long as they say.
 */
export function checkArtifacts({ modelTopology, weightSpecs, weightData }: io.ModelArtifacts, who: string): void {
  if (weightSpecs === undefined || weightData === undefined) {
    throw new RangeError(`${who}: expected a model with its weights, found none: it would load untrained.`);
  }
  const sizes = checkWeightSpecs(weightSpecs, `${who}: weightSpecs`);
  const found = [weightData].flat().reduce((sum, { byteLength }) => sum + byteLength, 0);
  checkByteLength(sizes, found, who);
  checkTopology(modelTopology, who, sizes.longest);
}
