import { dispose, type TensorContainer } from '@tensorflow/tfjs-core';
import { checkInteger } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { checkBoolean, checkDataset, checkIndices } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { AnyTask, Batch, Dataset, Row, Sample } from '../types';
import { collate, type PlainBatch, toTensors } from './collate';
import { type Balance, epochPlan } from './epoch-plan';

/** Which occurrence of which sample is to be augmented. */
export interface Showing {
  readonly id: string;
  readonly epoch: number;
  /** How often the epoch has shown the sample before: above 0 only under `balance`. */
  readonly repeat: number;
}

/** Makes a new sample of a sample: a function of both arguments alone, so that epochs can be repeated. */
export interface Augmentation<T extends string = AnyTask> {
  (sample: Sample<T>, showing: Showing): Sample<T>;
  /** The tasks that it names, where it names any: there must be labels for them. */
  readonly tasks?: readonly T[] | undefined;
}

/** Options of {@link batches}. */
export interface BatchesOptions<T extends string> {
  /** The rows to use, as {@link split} returns them. Default: all. */
  readonly indices?: readonly number[] | undefined;
  /** Default: 4. */
  readonly batchSize?: number | undefined;
  /** A new order in every epoch. Default: true. */
  readonly shuffle?: boolean | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** Makes a new sample of each, such as `augment` returns. Default: none, samples are shown as they are. */
  readonly augment?: Augmentation<T> | undefined;
  /**
   * For each task named: the minimum number of samples with that label in every batch. Or `{ by }`: what samples are
   * shown equally often by, their stratum or what a function of row and index returns. Default: none.
   */
  readonly balance?: Balance<T> | undefined;
  /** Batches that are read ahead of the one in use. Default: 1. */
  readonly prefetch?: number | undefined;
  /** Leaves out the last batch where it is smaller than `batchSize`. Default: false. */
  readonly dropRemainder?: boolean | undefined;
}

/** A `Source` whose batches are read asynchronously and counted. */
export interface BatchSource<T extends string> {
  (epoch: number): AsyncGenerator<Batch<T>, void>;
  readonly steps: number;
}

/** Throws where an augmentation says how to treat labels that no row has: a misspelt name would be ignored in silence. */
function checkAugmented({ tasks: named = [] }: Augmentation<string>, rows: readonly Row<string>[]): void {
  const known = new Set(rows.flatMap(({ tasks }) => tasks));
  const unknown = named.find((task) => !known.has(task));
  if (unknown === undefined) return;
  const found = [...known].join(', ') || 'no task';
  throw new RangeError(`batches: augment names the task '${unknown}', and the rows have labels for ${found}.`);
}

/** Throws unless the rows at `indices` list their tasks and, where they are to be learnt from, one of them has any. */
function checkRows(rows: readonly Row<string>[], indices: readonly number[], learns: boolean): void {
  for (const index of indices) {
    const { id, tasks } = rows[index];
    if (Array.isArray(tasks)) continue;
    throw new TypeError(`batches: the row of sample '${id}' must list its tasks as an array, got ${tasks}.`);
  }
  if (!learns || indices.some((index) => rows[index].tasks.length > 0)) return;
  throw new RangeError(
    `batches: none of the ${indices.length} rows names a task, so that there is nothing to learn; each row must list ` +
      "the tasks that its sample has labels for, such as { id: 'a', tasks: ['segmentation'] }. To predict without labels, " +
      'set shuffle: false.',
  );
}

/**
 * Batches of a dataset as a source for training and evaluation.
 *
 * An epoch's batches are a function of (`seed`, epoch) alone. Samples are read when they are needed, `prefetch` batches
 * ahead, and become Float32 tensors when their batch is requested; the source disposes a batch when the next one is
 * requested or the loop is left. A label that some samples of a batch lack is filled with 0 and has weight 0 there; a
 * task that no sample of the batch has is left out. A sample has labels for exactly the tasks that its row names.
 *
 * A task's weights are `[batch]` where its samples weigh by numbers or not at all. Where one of them weighs each element,
 * all do: a number then counts for all elements of its sample. Weights are left out where all are 1.
 *
 * Without `balance` an epoch shows every sample once. With it, every batch (the last one included) has at least the
 * requested number of samples with the label, and labelled samples are repeated where that is needed. Samples that
 * carry the same balanced labels are shown in passes, each pass all of them once in a new order; those without any have
 * one pass per epoch, and no batch holds a sample twice. The epoch ends when all samples were shown: with U samples
 * without and m with the label, `balance: { task: n }` makes max(ceil((U + m) / batchSize), ceil(U / (batchSize - n)))
 * batches. So 794 images without a mask and 50 with one make 265 batches of four with n = 1, and show each mask five or
 * six times.
 *
 * With `balance: { by }` an epoch shows the samples of each key (a class, a source) equally often, and so does each batch,
 * give or take one: those of the largest key once, those of the others in passes, each pass all of them once in a new
 * order. K keys of which the largest has m samples make ceil(K m / batchSize) batches.
 *
 * @throws {RangeError} for indices out of range or given twice, for a seed that is not an integer of at least 0, for an
 * augmentation of a task that no row names, for rows that name no task, for a balance that the samples or the batch size
 * do not allow, and while reading: an error names the sample.
 * @throws {TypeError} for a row that lists no tasks or, under `by`, has no key.
 * @example
 * ```ts
 * import { batches } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 8, normal: 8 }, size: 32, masks: 4 });
 * const trainSet = batches(dataset, { batchSize: 4, seed: 1, balance: { segmentation: 1 } });
 * for await (const { x, y } of trainSet(0)) console.log(x.shape, Object.keys(y));
 * const alike = batches(dataset, { balance: { by: 'stratum' } }); // as many of each kind
 * ```
 */
export function batches<T extends string>(
  dataset: Dataset<T>,
  options: BatchesOptions<NoInfer<T>> = {},
): BatchSource<T> {
  checkOptions(
    options,
    ['indices', 'batchSize', 'shuffle', 'seed', 'augment', 'balance', 'prefetch', 'dropRemainder'],
    'batches',
  );
  checkDataset(dataset, 'batches: dataset');
  const {
    indices = dataset.rows.map((_, index) => index),
    batchSize = 4,
    shuffle = true,
    seed = 0,
    augment,
    balance = {},
    prefetch = 1,
    dropRemainder = false,
  } = options;
  checkInteger(batchSize, 1, 'batches: batchSize');
  checkInteger(prefetch, 0, 'batches: prefetch');
  checkInteger(seed, 0, 'batches: seed');
  if (augment !== undefined && typeof augment !== 'function') {
    throw new TypeError(
      `batches: augment must be a function, such as augment([flipHorizontal()]) returns, got ${typeof augment}.`,
    );
  }
  checkBoolean(shuffle, 'batches: shuffle');
  checkBoolean(dropRemainder, 'batches: dropRemainder');
  checkIndices(indices, dataset.rows, 'batches: indices');
  if (indices.length === 0) throw new RangeError('batches: there must be at least one sample, got none.');
  if (new Set(indices).size < indices.length) {
    throw new RangeError(
      `batches: indices must differ, got ${indices.length} of which ${new Set(indices).size} differ.`,
    );
  }
  checkRows(dataset.rows, indices, shuffle);
  if (augment !== undefined) checkAugmented(augment, dataset.rows);
  const plan = epochPlan(dataset.rows, { indices, batchSize, shuffle, seed, balance, dropRemainder });

  const read = async (index: number, epoch: number, repeat: number): Promise<Sample<T>> => {
    const { id } = dataset.rows[index];
    try {
      const sample = await dataset.read(index);
      return augment ? augment(sample, { id, epoch, repeat }) : sample;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`batches: sample '${id}' could not be read: ${reason}`, { cause: error });
    }
  };

  async function* epochOf(epoch: number): AsyncGenerator<Batch<T>, void> {
    checkBackend('batches');
    checkInteger(epoch, 0, 'batches: epoch');
    const shown = new Map<number, number>();
    const ahead: Promise<PlainBatch<T>>[] = [];
    const order = plan.batches(epoch).values();
    const readNext = (): void => {
      const { value: batch, done } = order.next();
      if (done) return;
      const samples = batch.map((index) => {
        const repeat = shown.get(index) ?? 0;
        shown.set(index, repeat + 1);
        return read(index, epoch, repeat);
      });
      const plain = Promise.all(samples).then((all) =>
        collate(
          batch.map((index) => dataset.rows[index]),
          all,
        ),
      );
      plain.catch(() => {}); // the await below gets the error; when the loop was left before, nothing awaits it
      ahead.push(plain);
    };
    for (let i = 0; i < prefetch; i++) readNext();
    for (let step = 0; step < plan.steps; step++) {
      readNext();
      const batch = toTensors(await (ahead.shift() as Promise<PlainBatch<T>>));
      try {
        yield batch;
      } finally {
        dispose(batch as unknown as TensorContainer);
      }
    }
  }
  return Object.assign(epochOf, { steps: plan.steps });
}
