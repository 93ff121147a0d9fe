import {
  dynamicWeightAverage,
  equalWeights,
  famo,
  fixedWeights,
  geometricLoss,
  imtlL,
  randomLossWeighting,
  scheduledWeights,
  smoothTchebycheff,
  uncertainty,
} from '../../src/train/index';
import type { Weighting } from '../../src/types';
import type { TinyTask } from '../support/tiny-model';

/** Every weighting, of the tiny model's tasks; a name begins with its export. */
export const WEIGHTINGS: Record<string, () => Weighting<TinyTask>> = {
  fixedWeights: () => fixedWeights({ a: 0.5 }),
  equalWeights,
  uncertainty: () => uncertainty({ a: 'regression', b: 'classification' }),
  dynamicWeightAverage,
  randomLossWeighting,
  geometricLoss,
  smoothTchebycheff,
  famo,
  imtlL: () => imtlL(['a', 'b']),
  scheduledWeights: () => scheduledWeights(({ step, epoch }) => ({ b: 0.1 * epoch + 0.01 * step })),
};
