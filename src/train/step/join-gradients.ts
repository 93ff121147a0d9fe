import { reshape, stack, type Tensor, type Tensor1D, type Tensor2D, tidy, zerosLike } from '@tensorflow/tfjs-core';
import type { Aggregator, AggregatorContext, ElementwiseAggregator, Gramian } from '../../types';
import { combineGradients, flatten, unflatten } from './flat-gradients';
import type { MaybeTensors } from './gradients';
import type { TaskPass } from './task-pass';

/** How the leaves of a pass are joined, by index. */
export interface Places {
  /** Shared ones whose gradients the aggregator compares. */
  readonly compared: readonly number[];
  /** Shared parameters that gradients reach past the representation: weighted as it is, but not compared. */
  readonly beside: readonly number[];
  /** All that gradients reach, without those compared. */
  readonly others: readonly number[];
  isShared(place: number): boolean;
}

/** `cuts`: how many leaves are outputs of the shared part; they come first. `shared`: ids of shared variables. */
export function findPlaces({ leaves, gradients }: TaskPass, cuts: number, shared: ReadonlySet<number>): Places {
  const isShared = (i: number): boolean => i < cuts || shared.has(leaves[i].id);
  const reached = leaves.flatMap((_, i) => (gradients.some((ofTask) => ofTask[i] !== undefined) ? [i] : []));
  const joint = reached.filter(isShared);
  const compared = cuts > 0 ? joint.filter((i) => i < cuts) : joint;
  const notCompared = (i: number): boolean => !compared.includes(i);
  return { compared, beside: joint.filter(notCompared), others: reached.filter(notCompared), isShared };
}

/** Each task's gradients at some places, as one vector. */
export function flattenAt({ leaves, gradients, hold }: TaskPass, places: readonly number[]): readonly Tensor1D[] {
  const like = places.map((i) => leaves[i]);
  return gradients.map((ofTask) => {
    const flat = flatten(
      places.map((i) => ofTask[i]),
      like,
    );
    hold([flat]);
    return flat;
  });
}

/** The tasks' gradients of one tensor, a row for each, zeros where none flows. */
function rowsOf(gradients: MaybeTensors, like: Tensor): Tensor2D {
  return stack(gradients.map((gradient) => reshape(gradient ?? zerosLike(like), [-1]))) as Tensor2D;
}

/** A weight for each task, or what makes one row `[n]` of a row `[K, n]` for each task at a place. */
export type JoinRule = readonly number[] | ((rows: Tensor2D, place: number) => Tensor1D);

/** How an aggregator joins gradients in one step: by weights that it finds once, or by its rule for elements. */
export function ruleOf<T extends string>(
  aggregator: Aggregator<T> | ElementwiseAggregator<T>,
  gramian: Gramian,
  tasks: readonly T[],
  context: AggregatorContext<T>,
): JoinRule {
  if (aggregator.join === undefined) return aggregator.weights(gramian, tasks, context);
  return (rows, place) => {
    const joined = aggregator.join(rows, tasks, { ...context, place });
    if (joined.size !== rows.shape[1]) {
      throw new RangeError(`${aggregator.name}: join must return shape [${rows.shape[1]}], got [${joined.shape}].`);
    }
    return joined;
  };
}

/** The tasks' gradients at some places as one, by place; `flats` are those of {@link flattenAt}. */
export function joinAt(
  { leaves, gradients, hold }: TaskPass,
  places: readonly number[],
  flats: readonly Tensor1D[],
  rule: JoinRule,
): Map<number, Tensor> {
  if (places.length === 0) return new Map();
  const tensors = tidy(() => {
    if (typeof rule !== 'function') {
      return unflatten(
        combineGradients(flats, rule),
        places.map((i) => leaves[i]),
      );
    }
    return places.map((i) => {
      const rows = rowsOf(
        gradients.map((ofTask) => ofTask[i]),
        leaves[i],
      );
      return reshape(rule(rows, i), leaves[i].shape);
    });
  });
  hold(tensors);
  return new Map(places.map((i, at) => [i, tensors[at]]));
}
