import {
  addN,
  concat,
  dispose,
  matMul,
  type NamedTensorMap,
  reshape,
  type Scalar,
  scalar,
  stack,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor2d,
  tidy,
  type Variable,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { record, type Tape } from '../internal/tape';
import type { Aggregator, ByTask, ElementwiseAggregator, Loss, MultitaskModel, SomeTasks } from '../types';
import type { Forward } from './forward';
import { findSharedParts } from './shared-parts';
import type { ComputeGradients } from './step';
import { taskLoss } from './task-loss';

/** One task's gradients: for each tensor that was asked for one, or undefined where none flows. */
type TaskGradients = readonly (Tensor | undefined)[];

/** The tasks' gradients at one place, a row for each, zeros where none flows; undefined where none flows at all. */
function rowsAt(gradients: TaskGradients): Tensor2D | undefined {
  const like = gradients.find((gradient) => gradient !== undefined);
  if (like === undefined) return undefined;
  return tidy(() => stack(gradients.map((gradient) => reshape(gradient ?? zerosLike(like), [-1]))) as Tensor2D);
}

/** The inner products of the tasks' gradients, summed over places. */
function gramianOf(rows: readonly (Tensor2D | undefined)[], size: number): Tensor1D {
  const parts = rows.flatMap((of) => (of === undefined ? [] : [matMul(of, of, false, true)]));
  return reshape(parts.length > 0 ? addN(parts) : zeros([size, size]), [-1]) as Tensor1D;
}

function sumOf(parts: TaskGradients): Tensor | undefined {
  const present = parts.filter((part) => part !== undefined);
  return present.length > 0 ? addN(present) : undefined;
}

/** NaN or infinity in any of the tensors makes this NaN or infinite. */
function checkSum(tensors: TaskGradients): Scalar {
  return tidy(() => (sumOf(tensors.map((tensor) => tensor && sum(tensor))) ?? scalar(0)) as Scalar);
}

/** A Gramian from its values; rounding leaves the two halves a little different. */
function symmetric(values: readonly number[], size: number): number[][] {
  const range = Array.from({ length: size }, (_, i) => i);
  return range.map((i) => range.map((j) => (values[i * size + j] + values[j * size + i]) / 2));
}

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
      const isShared = variables.map(({ id }) => shared.variables.has(id));
      const compared = cut.length > 0 ? leaves.map((_, i) => i < cut.length) : isShared;

      const placesOf = leaves.map((_, i) => byTask.map((gradients) => gradients[i]));
      const rows = leaves.map((_, i) => (compared[i] ? rowsAt(placesOf[i]) : undefined));
      held.push(...rows);

      const report = tidy(() => {
        const total = addN([...value.byTask, ...value.penalties]);
        // What is compared shows in the Gramian where it is not finite.
        const others = placesOf.flatMap((gradients, i) => (compared[i] ? [] : gradients));
        const scalars = stack([checkSum([...others, ...penalty]), total, ...value.byTask]) as Tensor1D;
        return concat([scalars, gramianOf(rows, tasks.length)]);
      });
      const [check, loss, ...numbers] = await readAndDispose(report);
      const lossOf = Object.fromEntries(tasks.map((task, k) => [task, numbers[k]])) as SomeTasks<T, number>;
      const gramian = symmetric(numbers.slice(tasks.length), tasks.length);
      const usable = Number.isFinite(check) && gramian.flat().every(Number.isFinite);
      const before = aggregator.save?.();
      const context = { step, losses: lossOf };
      const ones = tasks.map(() => 1);
      const weights = usable ? aggregator.weights?.(gramian, tasks, context) : ones;

      const row = tensor2d([...(weights ?? ones)], [1, tasks.length]);
      held.push(row);
      /** What the aggregator makes of the tasks' gradients at one place. */
      const joined = (i: number): Tensor | undefined => {
        const of = rows[i] ?? rowsAt(placesOf[i]);
        if (of === undefined) return undefined;
        if (!usable || aggregator.join === undefined) return reshape(matMul(row, of), leaves[i].shape);
        const result = aggregator.join(of, tasks, { ...context, place: i });
        if (result.size !== of.shape[1]) {
          throw new RangeError(`${aggregator.name}: join must give shape [${of.shape[1]}], got [${result.shape}].`);
        }
        return reshape(result, leaves[i].shape);
      };

      const incoming = tidy(() => value.cut.map((_, i) => joined(i)));
      held.push(...incoming);
      const trunk = backward(
        value.cut.flatMap((tensor, i) => (incoming[i] === undefined ? [] : [[tensor, incoming[i]] as const])),
        variables,
      );
      const finite = usable && (cut.length === 0 || Number.isFinite((await readAndDispose(checkSum(trunk)))[0]));
      // What is not finite changes nothing, the aggregator's memory included.
      if (usable && !finite && before !== undefined) aggregator.load?.(before);

      const gradients = tidy(() => {
        const entries = variables.map((variable, v) => {
          const place = cut.length + v;
          const parts = isShared[v] ? [joined(place)] : placesOf[place];
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
