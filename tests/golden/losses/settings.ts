import { readFileSync } from 'node:fs';
import { argMax, equal, expandDims, fill, max, where } from '@tensorflow/tfjs-core';
import {
  bce,
  binaryFocal,
  boundary,
  categoricalFocal,
  crossEntropy,
  focalTversky,
  generalizedDice,
  hausdorff,
  huber,
  jaccard,
  klDivergence,
  type LossPerClass,
  lovaszHinge,
  lovaszSoftmax,
  mae,
  mse,
  ordinal,
  perClass,
  pinball,
  softDice,
  sparseCrossEntropy,
  ssim,
  tversky,
} from '../../../src/losses/index';
import type { Loss } from '../../../src/types';

interface Golden {
  readonly inputs: Record<string, { shape: number[]; yTrue: number[]; yPred: number[]; weight?: number[] }>;
  readonly cases: readonly { loss: string; input: string; values: number[] }[];
}

/** What the losses of other libraries give. */
export const golden: Golden = JSON.parse(readFileSync(new URL('./losses.json', import.meta.url), 'utf8'));

const none = { numerator: 0, denominator: 1e-7 };
const monaiSmooth = 1e-5;
const ofBatch = { pool: 'batch' } as const;
const ignoreIndex = 255;
const classWeights = [0.5, 1, 3];

/** A weight for each pixel, where an input has them. */
export const weightOf = ({ shape, weight }: Golden['inputs'][string]) =>
  weight && { values: weight, shape: [...shape.slice(0, -1), 1] };

/** A loss whose labels are numbers of classes, given rows that are one-hot or hold 255. */
const ofNumbers =
  (loss: Loss): Loss =>
  (rows, yPred) => {
    const isUnknown = equal(max(rows, -1, true), ignoreIndex);
    const numbers = expandDims(argMax(rows, -1), -1);
    return loss(where(isUnknown, fill(numbers.shape, ignoreIndex, 'int32'), numbers), yPred);
  };

/** The setting that the docs give for each loss of another library. */
export const settings: Record<string, Loss | LossPerClass> = {
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
  'keras.Huber()': huber(),
  'keras.Huber(delta=0.5)': huber({ delta: 0.5 }),
  'keras.KLDivergence()': klDivergence(),
  'keras.SparseCategoricalCrossentropy()': ofNumbers(sparseCrossEntropy()),
  'keras.SparseCategoricalCrossentropy(ignore_class=255)': ofNumbers(sparseCrossEntropy({ ignoreIndex })),
  'keras.SparseCategoricalCrossentropy(from_logits=True)': ofNumbers(sparseCrossEntropy({ fromLogits: true })),
  "keras.MeanSquaredError(reduction='mean_with_sample_weight')": mse(),
  "keras.BinaryCrossentropy(reduction='mean_with_sample_weight')": bce(),
  "keras.BinaryFocalCrossentropy(reduction='mean_with_sample_weight')": binaryFocal({ alpha: null }),
  "keras.CategoricalCrossentropy(reduction='mean_with_sample_weight')": crossEntropy(),
  'keras.CategoricalCrossentropy(), classes weighted': crossEntropy({ classWeights }),
  'keras.Dice() of the batch': softDice({ smooth: none, average: 'micro', ...ofBatch }),
  'keras.Tversky(alpha=0.3, beta=0.7) of the batch': tversky({
    alpha: 0.7,
    beta: 0.3,
    smooth: none,
    average: 'micro',
    ...ofBatch,
  }),

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
  'monai.FocalLoss(weight=[0.5, 3])': binaryFocal({ alpha: null, classWeights: [0.5, 3], fromLogits: true }),
  'monai.DiceLoss(weight=[0.5, 1, 3])': softDice({ smooth: monaiSmooth, classWeights }),
  'monai.DiceLoss(include_background=False, weight=[1, 3])': softDice({
    smooth: monaiSmooth,
    includeBackground: false,
    classWeights: [1, 3],
  }),
  'monai.DiceLoss(batch=True) of the batch': softDice({ smooth: monaiSmooth, ...ofBatch }),
  'monai.DiceLoss(batch=True, include_background=False, weight=[1, 3]) of the batch': softDice({
    smooth: monaiSmooth,
    includeBackground: false,
    classWeights: [1, 3],
    ...ofBatch,
  }),
  'monai.DiceLoss(batch=True, jaccard=True) of the batch': jaccard({ smooth: monaiSmooth / 2, ...ofBatch }),
  'monai.TverskyLoss(batch=True) of the batch': tversky({ alpha: 0.5, beta: 0.5, smooth: monaiSmooth, ...ofBatch }),
  'monai.GeneralizedDiceLoss(batch=True) of the batch': generalizedDice(ofBatch),
  'monai.DiceLoss(soft_label=True)': softDice({ smooth: monaiSmooth }),
  'monai.DiceLoss(soft_label=True, jaccard=True)': jaccard({ smooth: monaiSmooth / 2 }),
  'monai.TverskyLoss(soft_label=True, alpha=0.3, beta=0.7)': tversky({ smooth: monaiSmooth }),
  'monai.GeneralizedDiceLoss(soft_label=True)': generalizedDice(),
  'monai.SSIMLoss(spatial_dims=2)': ssim(),
  'monai.SSIMLoss(spatial_dims=2, data_range=255)': ssim({ valueRange: 255 }),
  "monai.DiceLoss(reduction='none') of each class": perClass(softDice({ smooth: monaiSmooth })),
  "monai.DiceLoss(reduction='none', include_background=False, weight=[1, 3]) of each class": perClass(
    softDice({ smooth: monaiSmooth, includeBackground: false, classWeights: [1, 3] }),
  ),
  "monai.TverskyLoss(reduction='none') of each class": perClass(
    tversky({ alpha: 0.5, beta: 0.5, smooth: monaiSmooth }),
  ),
  'monai.MaskedDiceLoss()': softDice({ smooth: monaiSmooth }),
  'monai.MaskedDiceLoss(batch=True) of the batch': softDice({ smooth: monaiSmooth, ...ofBatch }),

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
  "smp.DiceLoss('binary', from_logits=False) of the batch": softDice({ smooth: none, absent: 'zero', ...ofBatch }),
  "smp.DiceLoss('multiclass', from_logits=False) of the batch": softDice({ smooth: none, absent: 'zero', ...ofBatch }),
  "smp.DiceLoss('multilabel', from_logits=False, smooth=1.5) of the batch": softDice({
    smooth: 3,
    absent: 'zero',
    ...ofBatch,
  }),
  "smp.JaccardLoss('multiclass', from_logits=False) of the batch": jaccard({
    smooth: none,
    absent: 'zero',
    ...ofBatch,
  }),
  "smp.TverskyLoss('binary', from_logits=False, alpha=0.3, beta=0.7, gamma=0.75) of the batch": focalTversky({
    smooth: none,
    absent: 'zero',
    ...ofBatch,
  }),
  "smp.DiceLoss('multilabel', from_logits=False)": softDice({ smooth: none, absent: 'zero' }),
  "smp.TverskyLoss('multilabel', from_logits=False, alpha=0.3, beta=0.7)": tversky({ smooth: none, absent: 'zero' }),
  "smp.JaccardLoss('multilabel', from_logits=False)": jaccard({ smooth: none, absent: 'zero' }),
  "smp.DiceLoss('binary', from_logits=False, ignore_index=255)": softDice({
    smooth: none,
    absent: 'zero',
    ignoreIndex,
  }),
  "smp.DiceLoss('multiclass', from_logits=False, ignore_index=255)": softDice({
    smooth: none,
    absent: 'zero',
    ignoreIndex,
  }),
  "smp.DiceLoss('multiclass', from_logits=False, ignore_index=255) of the batch": softDice({
    smooth: none,
    absent: 'zero',
    ignoreIndex,
    ...ofBatch,
  }),
  "smp.TverskyLoss('multiclass', from_logits=False, ignore_index=255)": tversky({
    alpha: 0.5,
    beta: 0.5,
    smooth: none,
    absent: 'zero',
    ignoreIndex,
  }),
  "smp.FocalLoss('binary', ignore_index=255)": binaryFocal({ alpha: null, fromLogits: true, ignoreIndex }),
  "smp.LovaszLoss('binary')": lovaszHinge({ fromLogits: true }),
  "smp.LovaszLoss('binary') of the batch": lovaszHinge({ fromLogits: true, ...ofBatch }),
  "smp.LovaszLoss('binary', ignore_index=255)": lovaszHinge({ fromLogits: true, ignoreIndex }),
  "smp.LovaszLoss('binary', ignore_index=255) of the batch": lovaszHinge({ fromLogits: true, ignoreIndex, ...ofBatch }),
  "smp.LovaszLoss('multiclass')": lovaszSoftmax(),
  "smp.LovaszLoss('multiclass') of the batch": lovaszSoftmax(ofBatch),
  "smp.LovaszLoss('multiclass', ignore_index=255) of the batch": lovaszSoftmax({ ignoreIndex, ...ofBatch }),

  'torch.BCEWithLogitsLoss(pos_weight=[3])': bce({ fromLogits: true, posWeight: 3 }),
  'torch.BCEWithLogitsLoss(pos_weight=[3, 0.5])': bce({ fromLogits: true, posWeight: [3, 0.5] }),
  'torch.CrossEntropyLoss(weight=[0.5, 1, 3])': crossEntropy({ fromLogits: true, classWeights }),
  'torch.CrossEntropyLoss(weight=[0.5, 1, 3], label_smoothing=0.2)': crossEntropy({
    fromLogits: true,
    classWeights,
    labelSmoothing: 0.2,
  }),
  'torch.CrossEntropyLoss(ignore_index=255)': crossEntropy({ fromLogits: true, ignoreIndex }),
  'torch.CrossEntropyLoss(ignore_index=255, label_smoothing=0.2)': crossEntropy({
    fromLogits: true,
    ignoreIndex,
    labelSmoothing: 0.2,
  }),
  'torch.HuberLoss(delta=0.5)': huber({ delta: 0.5 }),
  "torch.KLDivLoss(reduction='none')": klDivergence(),

  'sklearn.mean_pinball_loss(alpha=0.1)': pinball({ quantile: 0.1 }),
  'sklearn.mean_pinball_loss(alpha=0.5)': pinball(),
  'sklearn.mean_pinball_loss(alpha=1)': pinball({ quantile: 1 }),

  'coral.coral_loss()': ordinal({ fromLogits: true }),
  'coral.coral_loss(importance_weights=[2, 0.5, 1, 0])': ordinal({
    fromLogits: true,
    importanceWeights: [2, 0.5, 1, 0],
  }),

  'monai.HausdorffDTLoss(include_background=True)': hausdorff(),
  'monai.HausdorffDTLoss(alpha=1.5)': hausdorff({ alpha: 1.5, includeBackground: false }),
  'scipy.boundary_loss(idc=[0, 1])': boundary(),
  'scipy.boundary_loss(idc=[1])': boundary({ includeBackground: false }),
};
