import { dispose, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { record, type Tape } from '../../internal/tape';
import type { Batch, ByTask, Loss, MultitaskModel } from '../../types';
import type { Forward } from './forward';
import type { MaybeTensors } from './gradients';
import { checkSlopes, taskLosses } from './task-losses';

/** One forward pass of several tasks, and a backward pass for each of them. */
export interface TaskPass {
  /** Of each task. */
  readonly losses: readonly Scalar[];
  /** The layers' regularization. */
  readonly penalties: readonly Tensor[];
  /** What gradients are taken with respect to: the outputs of the shared part, where requested, then the variables. */
  readonly leaves: readonly Tensor[];
  /** Each task's gradients of the leaves. */
  readonly gradients: readonly MaybeTensors[];
  /** The gradients of the variables of all penalties. */
  readonly penaltyGradients: MaybeTensors;
  /** One more backward pass, to the variables. */
  backward(outputs: Parameters<Tape['gradients']>[0]): MaybeTensors;
  /** The step waits for the device in between, so no tidy can hold its tensors: these are disposed with the pass. */
  hold<V extends Tensor | undefined>(tensors: readonly V[]): readonly V[];
  dispose(): void;
}

/** What passes are made with. */
export interface PassParts<T extends string> {
  readonly model: MultitaskModel<T>;
  readonly forward: Forward<T>;
  readonly losses: ByTask<T, Loss>;
}

/** `cut`: the outputs of the shared part at which gradients are taken, besides `variables`; they go no further. */
export function runTaskPass<T extends string>(
  { model, forward, losses }: PassParts<T>,
  batch: Batch<T>,
  tasks: readonly T[],
  { cut, variables }: { readonly cut: readonly SymbolicTensor[]; readonly variables: readonly Variable[] },
): TaskPass {
  const { value, tape } = record(() => {
    const outputs = forward(batch.x, tasks, true, cut);
    const byTask = taskLosses(losses, batch, tasks, outputs);
    return { byTask, outputs, cut: outputs.slice(tasks.length), penalties: model.net.calculateLosses() as Tensor[] };
  });
  const held: (Tensor | undefined)[] = [...value.byTask, ...value.outputs, ...value.penalties];
  const hold: TaskPass['hold'] = (tensors) => {
    held.push(...tensors);
    return tensors;
  };
  const disposeAll = (): void => {
    tape.dispose();
    dispose(held.filter((tensor) => tensor !== undefined));
  };
  try {
    checkSlopes(tape, tasks, value.byTask, value.outputs);
    const leaves = [...value.cut, ...variables];
    return {
      losses: value.byTask,
      penalties: value.penalties,
      leaves,
      gradients: value.byTask.map((loss) => hold(tape.gradients([[loss]], leaves))),
      penaltyGradients: hold(
        tape.gradients(
          value.penalties.map((tensor) => [tensor] as const),
          variables,
        ),
      ),
      backward: (outputs) => hold(tape.gradients(outputs, variables)),
      hold,
      dispose: disposeAll,
    };
  } catch (error) {
    disposeAll();
    throw error;
  }
}
