import {
  addN,
  clone,
  concat,
  dispose,
  type NamedTensorMap,
  reshape,
  type Scalar,
  stack,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { record, type Tape } from '../../internal/tape';
import type { Aggregator, ByTask, ElementwiseAggregator, Loss, MultitaskModel, SomeTasks } from '../../types';
import { flatten, fromTriangle, innerProducts, unflatten, weightedSum } from './flat-gradients';
import type { Forward } from './forward';
import { findSharedParts } from './shared-parts';
import type { ComputeGradients } from './step';
import { sumAll } from './sum-all';
import { taskLoss } from './task-loss';

type MaybeTensors = readonly (Tensor | undefined)[];

/** The tasks' gradients of one tensor, a row for each, zeros where none flows. */
function rowsOf(gradients: MaybeTensors, like: Tensor): Tensor2D {
  return stack(gradients.map((gradient) => reshape(gradient ?? zerosLike(like), [-1]))) as Tensor2D;
}

/** A new tensor, or undefined where there is nothing to add up. */
function sumOf(parts: MaybeTensors): Tensor | undefined {
  const present = parts.filter((part) => part !== undefined);
  if (present.length === 0) return undefined;
  return present.length === 1 ? clone(present[0]) : addN(present);
}

/** NaN or infinity in any of the tensors makes this NaN or infinite. */
const checkSum = (tensors: MaybeTensors): Scalar => sumAll(tensors.filter((tensor) => tensor !== undefined));

async function readAndDispose(tensor: Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

/**
 * One forward pass, and a gradient for each task. Where parameters are shared the tasks' gradients are joined by the
 * aggregator; a task's own parameters get its own gradient, and regularization counts in full everywhere.
 *
 * At the 'parameters' that takes K backward passes through what is shared; at the 'representation' the tasks'
 * gradients are joined at the outputs of the shared part, and what comes of them flows on through it in one pass.
 *
 * @throws RangeError where the model's tasks share no parameters.
 */
export function createAggregation<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  {
    losses,
    aggregator,
    gradientsAt,
  }: {
    readonly losses: ByTask<T, Loss>;
    readonly aggregator: Aggregator<T> | ElementwiseAggregator<T>;
    readonly gradientsAt: 'parameters' | 'representation';
  },
  listVariables: () => Variable[],
): ComputeGradients<T> {
  const shared = findSharedParts(model);
  if (shared.variables.size === 0) {
    throw new RangeError(
      `createTrainer: ${aggregator.name} joins gradients over shared parameters; this model's tasks share none.`,
    );
  }

  return async (batch, tasks, { step }) => {
    const variables = listVariables();
    const cut = gradientsAt === 'representation' ? shared.representation(tasks) : [];
    const { value, tape } = record(() => {
      const outputs = forward(batch.x, tasks, true, cut);
      const byTask = tasks.map((task, i) => taskLoss(losses[task], batch.y[task]!, outputs[i], batch.weight?.[task]));
      return { byTask, cut: outputs.slice(tasks.length), penalties: model.net.calculateLosses() as Tensor[] };
    });
    // The step waits for the device in between, so no tidy can hold its tensors.
    const held: (Tensor | undefined)[] = [...value.byTask, ...value.cut, ...value.penalties];
    const backward = (...args: Parameters<Tape['gradients']>): (Tensor | undefined)[] => {
      const gradients = tape.gradients(...args);
      held.push(...gradients);
      return gradients;
    };
    try {
      const leaves: Tensor[] = [...value.cut, ...variables];
      const byTask = value.byTask.map((loss) => backward([[loss]], leaves));
      const penalty = backward(
        value.penalties.map((tensor) => [tensor] as const),
        variables,
      );
      const isShared = (i: number): boolean => i < cut.length || shared.variables.has(leaves[i].id);
      const reached = leaves.flatMap((_, i) => (byTask.some((gradients) => gradients[i] !== undefined) ? [i] : []));
      // Shared parameters that gradients reach past the representation are weighted as it is, but not compared.
      const joint = reached.filter(isShared);
      const compared = cut.length > 0 ? joint.filter((i) => i < cut.length) : joint;
      const beside = joint.filter((i) => !compared.includes(i));
      const flattenAt = (places: readonly number[]): Tensor1D[] =>
        byTask.map((gradients) => {
          const flat = flatten(
            places.map((i) => gradients[i]),
            places.map((i) => leaves[i]),
          );
          held.push(flat);
          return flat;
        });
      const flats = flattenAt(compared);

      const report = tidy(() => {
        const total = addN([...value.byTask, ...value.penalties]);
        // What is compared shows in the Gramian where it is not finite.
        const others = reached.filter((i) => !compared.includes(i)).flatMap((i) => byTask.map((of) => of[i]));
        const scalars = stack([checkSum([...others, ...penalty]), total, ...value.byTask]) as Tensor1D;
        return concat([scalars, innerProducts(flats)]);
      });
      const [check, loss, ...numbers] = await readAndDispose(report);
      const lossOf = Object.fromEntries(tasks.map((task, k) => [task, numbers[k]])) as SomeTasks<T, number>;
      const gramian = fromTriangle(numbers.slice(tasks.length), tasks.length);
      const usable = Number.isFinite(check) && gramian.flat().every(Number.isFinite);
      const before = aggregator.save?.();
      const context = { step, losses: lossOf };
      const ones = tasks.map(() => 1);
      const weights = usable ? aggregator.weights?.(gramian, tasks, context) : ones;

      const joinAt = (i: number): Tensor => {
        const rows = rowsOf(
          byTask.map((gradients) => gradients[i]),
          leaves[i],
        );
        const result = aggregator.join!(rows, tasks, { ...context, place: i });
        if (result.size !== leaves[i].size) {
          throw new RangeError(`${aggregator.name}: join must give shape [${leaves[i].size}], got [${result.shape}].`);
        }
        return reshape(result, leaves[i].shape);
      };
      /** What the aggregator makes of the tasks' gradients at some places, by place. */
      const joined = (places: readonly number[], of: readonly Tensor1D[]): Map<number, Tensor> => {
        if (places.length === 0) return new Map();
        const tensors = tidy(() => {
          if (usable && aggregator.join !== undefined) return places.map(joinAt);
          return unflatten(
            weightedSum(of, weights ?? ones),
            places.map((i) => leaves[i]),
          );
        });
        held.push(...tensors);
        return new Map(places.map((i, at) => [i, tensors[at]]));
      };

      const balanced = joined(compared, flats);
      const trunk = backward(
        cut.length > 0 ? [...balanced].map(([i, gradient]) => [leaves[i], gradient] as const) : [],
        variables,
      );
      for (const [i, gradient] of joined(beside, flattenAt(beside))) balanced.set(i, gradient);
      const finite = usable && (cut.length === 0 || Number.isFinite((await readAndDispose(checkSum(trunk)))[0]));
      // What is not finite changes nothing, the aggregator's memory included.
      if (usable && !finite && before !== undefined) aggregator.load?.(before);

      const gradients = tidy(() => {
        const entries = variables.map((variable, v) => {
          const i = cut.length + v;
          const parts = isShared(i) ? [balanced.get(i)] : byTask.map((of) => of[i]);
          return [variable.name, sumOf([...parts, trunk[v], penalty[v]])] as const;
        });
        return Object.fromEntries(entries.filter(([, gradient]) => gradient !== undefined)) as NamedTensorMap;
      });
      const balance = weights === undefined ? { tasks, gramian } : { tasks, gramian, weights };
      return { loss, losses: lossOf, gradients, finite, balance };
    } finally {
      tape.dispose();
      dispose(held.filter((tensor) => tensor !== undefined));
    }
  };
}
