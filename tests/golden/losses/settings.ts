import { readFileSync } from 'node:fs';
import {
  bce,
  binaryFocal,
  categoricalFocal,
  crossEntropy,
  focalTversky,
  generalizedDice,
  jaccard,
  mae,
  mse,
  softDice,
  tversky,
} from '../../../src/losses/index';
import type { Loss } from '../../../src/types';

interface Golden {
  readonly inputs: Record<string, { shape: number[]; yTrue: number[]; yPred: number[] }>;
  readonly cases: readonly { loss: string; input: string; values: number[] }[];
}

/** What the losses of other libraries give. */
export const golden: Golden = JSON.parse(readFileSync(new URL('./losses.json', import.meta.url), 'utf8'));

const none = { numerator: 0, denominator: 1e-7 };
const monaiSmooth = 1e-5;

/** The setting that the docs give for each loss of another library. */
export const settings: Record<string, Loss> = {
  'keras.MeanSquaredError()': mse(),
  'keras.MeanAbsoluteError()': mae(),
  'keras.BinaryCrossentropy()': bce(),
  'keras.BinaryCrossentropy(label_smoothing=0.2)': bce({ labelSmoothing: 0.2 }),
  'keras.BinaryCrossentropy(from_logits=True)': bce({ fromLogits: true }),
  'keras.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)': bce({ fromLogits: true, labelSmoothing: 0.2 }),
  'keras.CategoricalCrossentropy()': crossEntropy(),
  'keras.CategoricalCrossentropy(label_smoothing=0.2)': crossEntropy({ labelSmoothing: 0.2 }),
  'keras.CategoricalCrossentropy(from_logits=True)': crossEntropy({ fromLogits: true }),
  'keras.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)': crossEntropy({
    fromLogits: true,
    labelSmoothing: 0.2,
  }),
  'keras.BinaryFocalCrossentropy()': binaryFocal({ alpha: null }),
  'keras.BinaryFocalCrossentropy(apply_class_balancing=True)': binaryFocal(),
  'keras.BinaryFocalCrossentropy(gamma=0.5)': binaryFocal({ alpha: null, gamma: 0.5 }),
  'keras.CategoricalFocalCrossentropy()': categoricalFocal({ alpha: 0.25 }),
  'keras.CategoricalFocalCrossentropy(alpha=[0.2, 0.3, 0.5], gamma=1)': categoricalFocal({
    alpha: [0.2, 0.3, 0.5],
    gamma: 1,
  }),
  'keras.Dice()': softDice({ smooth: none, average: 'micro' }),
  'keras.Tversky()': tversky({ alpha: 0.5, beta: 0.5, smooth: none, average: 'micro' }),
  'keras.Tversky(alpha=0.3, beta=0.7)': tversky({ alpha: 0.7, beta: 0.3, smooth: none, average: 'micro' }),

  'monai.DiceLoss()': softDice({ smooth: monaiSmooth }),
  'monai.DiceLoss(squared_pred=True)': softDice({ smooth: monaiSmooth, squared: true }),
  'monai.DiceLoss(squared_pred=True, include_background=False)': softDice({
    smooth: monaiSmooth,
    squared: true,
    includeBackground: false,
  }),
  'monai.DiceLoss(smooth_nr=0, smooth_dr=1e-3)': softDice({ smooth: { numerator: 0, denominator: 1e-3 } }),
  'monai.DiceLoss(jaccard=True)': jaccard({ smooth: monaiSmooth / 2 }),
  "monai.DiceLoss(reduction='sum')": softDice({ smooth: monaiSmooth, average: 'sum' }),
  'monai.GeneralizedDiceLoss()': generalizedDice(),
  "monai.GeneralizedDiceLoss(w_type='simple')": generalizedDice({ weightType: 'simple' }),
  "monai.GeneralizedDiceLoss(w_type='uniform')": generalizedDice({ weightType: 'uniform' }),
  'monai.GeneralizedDiceLoss(include_background=False)': generalizedDice({ includeBackground: false }),
  'monai.TverskyLoss()': tversky({ alpha: 0.5, beta: 0.5, smooth: monaiSmooth }),
  'monai.TverskyLoss(alpha=0.3, beta=0.7)': tversky({ smooth: monaiSmooth }),
  'monai.FocalLoss()': binaryFocal({ alpha: null, fromLogits: true }),
  'monai.FocalLoss(alpha=0.25)': binaryFocal({ fromLogits: true }),
  'monai.FocalLoss(use_softmax=True)': categoricalFocal({ alpha: 1 / 3, fromLogits: true }),
  'monai.FocalLoss(use_softmax=True, alpha=0.4, gamma=3)': categoricalFocal({
    alpha: [0.6 / 3, 0.4 / 3, 0.4 / 3],
    gamma: 3,
    fromLogits: true,
  }),

  "smp.DiceLoss('binary', from_logits=False)": softDice({ smooth: none, absent: 'zero' }),
  "smp.DiceLoss('multiclass', from_logits=False)": softDice({ smooth: none, absent: 'zero' }),
  "smp.DiceLoss('multiclass', from_logits=False, smooth=1.5)": softDice({ smooth: 2 * 1.5, absent: 'zero' }),
  "smp.JaccardLoss('binary', from_logits=False)": jaccard({ smooth: none, absent: 'zero' }),
  "smp.JaccardLoss('multiclass', from_logits=False)": jaccard({ smooth: none, absent: 'zero' }),
  "smp.TverskyLoss('binary', from_logits=False, alpha=0.3, beta=0.7)": tversky({ smooth: none, absent: 'zero' }),
  "smp.TverskyLoss('multiclass', from_logits=False, alpha=0.3, beta=0.7)": tversky({ smooth: none, absent: 'zero' }),
  "smp.TverskyLoss('binary', from_logits=False, alpha=0.3, beta=0.7, gamma=0.75)": focalTversky({
    smooth: none,
    absent: 'zero',
  }),
  "smp.FocalLoss('binary')": binaryFocal({ alpha: null, fromLogits: true }),
  "smp.FocalLoss('binary', alpha=0.25, gamma=3)": binaryFocal({ gamma: 3, fromLogits: true }),
  "smp.FocalLoss('multiclass')": binaryFocal({ alpha: null, fromLogits: true }),
};
