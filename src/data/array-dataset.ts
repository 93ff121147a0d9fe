import { checkArray, checkRecord, checkText } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { mapTasks } from '../internal/map-tasks';
import type { Dataset, NDArray, Row, Sample, SomeTasks } from '../types';
import { type ItemReader, type Items, readItems } from './items';

/** Options of {@link arrayDataset}. */
export interface ArrayDatasetOptions<T extends string> {
  /**
   * The inputs: a tensor or an N-D array whose first axis counts the samples, or a list with one value for each sample.
   * Tensors stay the caller's and are read when a sample is first needed.
   */
  readonly x: Items;
  /**
   * The labels of each task, in the order of `x`. In a list `undefined` or `null` is an unknown label, and a number is a
   * label of shape `[1]`.
   */
  readonly y: Readonly<Record<T, Items>>;
  /** How much each sample's label of a task counts, or each element of it: 0 is unknown. Default: 1. */
  readonly weight?: SomeTasks<NoInfer<T>, Items> | undefined;
  /** The samples' names in errors and predictions, all different. Default: `'0'`, `'1'`, ... */
  readonly ids?: readonly string[] | undefined;
  /** Samples of one group (a patient) are never on both sides of a split. Default: each is a group of its own. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** Splits keep the proportions of strata (a class, a source). Default: none. */
  readonly strata?: readonly (string | undefined)[] | undefined;
}

function checkLengths(lengths: ReadonlyMap<string, number | undefined>): number {
  const [[, samples]] = lengths;
  for (const [name, length] of lengths) {
    if (length === undefined || length === samples) continue;
    throw new RangeError(`arrayDataset: x holds ${samples} samples, and ${name} ${length}; they must be as many.`);
  }
  if (!samples) throw new RangeError('arrayDataset: x must hold at least one sample, got none.');
  return samples;
}

/**
 * A dataset of arrays that are in memory: typed arrays with their shape, tensors, or lists with a value for each sample.
 *
 * @throws {RangeError} where the parts differ in length, for two samples of one id, and for weights of a task without
 * labels.
 * @throws {TypeError} for what is no list of values.
 * @example
 * ```ts
 * import { arrayDataset } from 'tfjs-multitask/data';
 *
 * const dataset = arrayDataset({
 *   x: { data: new Float32Array(4 * 8 * 8), shape: [4, 8, 8, 1] },
 *   y: { severity: [0.2, null, 0.9, 0.4], covid: [1, 0, undefined, 1] },
 * });
 * ```
 */
export function arrayDataset<const T extends string>(options: ArrayDatasetOptions<T>): Dataset<T> {
  checkOptions(options, ['x', 'y', 'weight', 'ids', 'groups', 'strata'], 'arrayDataset');
  const { x, y, ids, groups, strata } = options;
  checkRecord(y, 'arrayDataset: y');
  if (options.weight !== undefined) checkRecord(options.weight, 'arrayDataset: weight');
  for (const [name, texts] of Object.entries({ ids, groups, strata })) {
    if (texts === undefined) continue;
    checkArray(texts, `arrayDataset: ${name}`);
    for (const each of texts) if (each !== undefined || name === 'ids') checkText(each, `arrayDataset: ${name}`);
  }
  const weight: SomeTasks<T, Items> = options.weight ?? {};
  const tasks = Object.keys(y) as T[];
  const weighted = Object.keys(weight) as T[];
  const unlabelled = weighted.find((task) => !tasks.includes(task));
  if (unlabelled !== undefined) {
    throw new RangeError(`arrayDataset: weight names '${unlabelled}', and y holds ${tasks.join(', ') || 'no task'}.`);
  }
  const inputs = readItems(x, 'arrayDataset: x');
  const labels = mapTasks(tasks, (task) => readItems(y[task], `arrayDataset: y.${task}`));
  const weights = mapTasks(weighted, (task) => readItems(weight[task] as Items, `arrayDataset: weight.${task}`));
  const samples = checkLengths(
    new Map<string, number | undefined>([
      ['x', inputs.length],
      ...tasks.map((task) => [`y.${task}`, labels[task].length] as const),
      ...weighted.map((task) => [`weight.${task}`, weights[task].length] as const),
      ['ids', ids?.length],
      ['groups', groups?.length],
      ['strata', strata?.length],
    ]),
  );
  const names = ids ?? Array.from({ length: samples }, (_, i) => String(i));
  const seen = new Set<string>();
  for (const id of names) {
    if (seen.has(id)) throw new RangeError(`arrayDataset: ids must differ, got '${id}' twice.`);
    seen.add(id);
  }
  const missing = names.findIndex((_, i) => !inputs.has(i));
  if (missing >= 0) throw new RangeError(`arrayDataset: x of sample '${names[missing]}' is missing.`);

  const rows = names.map((id, i): Row<T> => {
    const [group, stratum] = [groups?.[i], strata?.[i]];
    return {
      id,
      tasks: tasks.filter((task) => labels[task].has(i)),
      ...(group === undefined ? {} : { group }),
      ...(stratum === undefined ? {} : { stratum }),
    };
  });
  return {
    rows,
    async read(index): Promise<Sample<T>> {
      const known = rows[index].tasks;
      const counted = weighted.filter((task) => known.includes(task) && weights[task].has(index));
      const y = await Promise.all(known.map(async (task) => [task, await labels[task].read(index)] as const));
      return {
        x: await inputs.read(index),
        y: Object.fromEntries(y) as SomeTasks<T, NDArray>,
        ...(counted.length === 0 ? {} : { weight: await readWeights(counted, weights, index) }),
      };
    },
  };
}

/** Weights of samples as numbers, those of elements as arrays. */
async function readWeights<T extends string>(
  tasks: readonly T[],
  weights: Readonly<Record<T, ItemReader>>,
  index: number,
): Promise<SomeTasks<T, number | NDArray>> {
  const entries = tasks.map(async (task) => {
    const array = await weights[task].read(index);
    return [task, array.shape.length === 1 && array.shape[0] === 1 ? array.data[0] : array] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as SomeTasks<T, number | NDArray>;
}
