import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { checkInteger } from '../../internal/check';
import { checkFunction, checkTensor, checkText } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { mapTasks } from '../../internal/map-tasks';
import { checkSource, openSource, stepsOf } from '../../internal/open-source';
import { attach } from '../../layers/builders/attach';
import type { Batch, ByTask, Head, SomeTasks, Source, SourceLike } from '../../types';
import { poolLabels } from './pool-labels';

/** How many levels can be supervised. */
export type SupervisedLevels = 2 | 3 | 4 | 5;

/** The task at the finest level, and the task at each coarser one: `'mask' | 'mask-2' | 'mask-3'`. */
export type SupervisedTask<T extends string, L extends SupervisedLevels> =
  | T
  | `${T}-${{ 2: 2; 3: 2 | 3; 4: 2 | 3 | 4; 5: 2 | 3 | 4 | 5 }[L]}`;

/** Options of {@link deepSupervision}. */
export interface DeepSupervisionOptions {
  /** A label of what is not known, as in the losses: means leave it out, and hold it where they are of nothing else. Default: none. */
  readonly ignoreIndex?: number | undefined;
}

/** What {@link deepSupervision} makes, each part by the names of its tasks. */
export interface DeepSupervision<T extends string, L extends SupervisedLevels> {
  /** One head for each level, for `multitask`. */
  readonly heads: ByTask<SupervisedTask<T, L>, Head>;
  /** `1 / 2^i` for level i (from 0), divided by their sum, for `fixedWeights`. */
  readonly weights: ByTask<SupervisedTask<T, L>, number>;
  /**
   * Adds the labels of the coarser levels to a source: means over the pixels that fall on one of theirs, weighted where
   * the batch has weights of elements, whose means weigh the coarser labels.
   */
  labels<S extends string>(source: SourceLike<S | T>): Source<S | SupervisedTask<T, L>>;
}

/**
 * Deep supervision: a head at several levels of a decoder, each with its own loss.
 *
 * The coarser outputs are tasks like any other, named `task-2`, `task-3`, ..., so that losses, weights and scores need
 * nothing new.
 *
 * Give the model an encoder with a decoder (`withDecoder`), and add the further labels to the training source only:
 * what has no labels is not scored. To leave the coarser outputs out afterwards, build the model with the finest one
 * and `copyWeights(trained.net, model.net, '')`. The labels must be `[batch, height, width, channels]` with sides that
 * can be halved once per coarser level, and hold what a mean can be taken of: one value per class, not numbers of classes.
 * Means of masks are shares between 0 and 1; the losses are least where the prediction is that share, those over regions
 * (`softDice`) too. Sources: Lee, Xie, Gallagher, Zhang, Tu, 2015,
 * https://proceedings.mlr.press/v38/lee15a.html; the weights are those of Isensee et al., 2021,
 * doi:10.1038/s41592-020-01008-z.
 *
 * @throws {RangeError} for an unknown option, fewer than 2 or more than 5 levels and, when the source is read, for
 * labels of another shape.
 * @example
 * ```ts
 * import { MLPHead, SegmentationHead, UNetEncoder, withDecoder } from 'tfjs-multitask/layers';
 * import { deepSupervision, multitask } from 'tfjs-multitask/models';
 *
 * const supervised = deepSupervision('lesion', SegmentationHead(), 2);
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: withDecoder(UNetEncoder({ filters: [2, 4, 8] })),
 *   heads: { ...supervised.heads, severity: MLPHead({ filters: 4, units: [4] }) },
 * });
 * ```
 */
export function deepSupervision<const T extends string, const L extends SupervisedLevels>(
  task: T,
  head: Head,
  levels: L,
  options: DeepSupervisionOptions = {},
): DeepSupervision<T, L> {
  checkOptions(options, ['ignoreIndex'], 'deepSupervision');
  checkText(task, 'deepSupervision: task');
  checkFunction(head, 'deepSupervision: head', 'SegmentationHead()');
  checkInteger(levels, 2, 'deepSupervision: levels');
  if (levels > 5) throw new RangeError(`deepSupervision: levels must be at most 5, got ${levels}.`);
  const depths = Array.from({ length: levels }, (_, i) => i);
  const names = depths.map((i) => (i === 0 ? task : `${task}-${i + 1}`)) as SupervisedTask<T, L>[];
  const total = depths.reduce((sum, i) => sum + 2 ** -i, 0);

  const checkShape = ({ shape }: Tensor): void => {
    const factor = 2 ** (levels - 1);
    const [, height = 0, width = 0] = shape;
    if (shape.length === 4 && height % factor === 0 && width % factor === 0) return;
    throw new RangeError(
      `deepSupervision: the labels of '${task}' must have the shape [batch, height, width, channels] with sides that are ` +
        `multiples of ${factor}, got [${shape}].`,
    );
  };

  return {
    heads: mapTasks(names, (_, i) => attach(head, { level: i + 1 })),
    weights: mapTasks(names, (_, i) => 2 ** -i / total),
    labels<S extends string>(source: SourceLike<S | T>): Source<S | SupervisedTask<T, L>> {
      async function* supervised(epoch: number): AsyncGenerator<Batch<S | SupervisedTask<T, L>>> {
        for await (const batch of openSource(source, epoch, 'deepSupervision')) {
          const label = batch.y[task];
          const weight = batch.weight?.[task];
          if (label) {
            checkTensor(label, `deepSupervision: batch.y.${task}`);
            checkShape(label);
          }
          if (weight) checkTensor(weight, `deepSupervision: batch.weight.${task}`);
          const coarser = label ? depths.slice(1).map((i) => poolLabels({ label, weight }, 2 ** i, options)) : [];
          const further = <V>(of: (pooled: (typeof coarser)[number]) => V | undefined) =>
            Object.fromEntries(coarser.flatMap((pooled, i) => (of(pooled) ? [[names[i + 1], of(pooled)]] : [])));
          try {
            yield {
              ...batch,
              y: { ...batch.y, ...further((pooled) => pooled.label) } as SomeTasks<S | SupervisedTask<T, L>, Tensor>,
              weight: { ...batch.weight, ...further((pooled) => pooled.weight) } as Batch<
                S | SupervisedTask<T, L>
              >['weight'],
            };
          } finally {
            for (const { label: own, weight: pooled } of coarser) dispose(pooled === weight ? [own] : [own, pooled]);
          }
        }
      }
      checkSource(source, 'deepSupervision: source');
      const steps = stepsOf(source);
      return steps === undefined ? supervised : Object.assign(supervised, { steps });
    },
  };
}
