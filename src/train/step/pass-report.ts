import { addN, concat, type Scalar, scalar, stack, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { mapTasks } from '../../internal/map-tasks';
import type { Gramian, SomeTasks } from '../../types';
import { fromTriangle, innerProducts } from './flat-gradients';
import type { MaybeTensors } from './gradients';
import type { Places } from './join-gradients';
import { sumAll } from './sum-all';
import type { TaskPass } from './task-pass';

/** NaN or infinity in any of the tensors makes this NaN or infinite. */
const checkSum = (tensors: MaybeTensors): Scalar => sumAll(tensors.filter((tensor) => tensor !== undefined));

async function readAndDispose(tensor: Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

export async function allFinite(tensors: MaybeTensors): Promise<boolean> {
  const [check] = await readAndDispose(checkSum(tensors));
  return Number.isFinite(check);
}

/** What the numbers of a pass report. */
export interface PassReport<T extends string> {
  /** The sum of the tasks' losses. */
  readonly loss: number;
  /** The sum of the layers' penalties. */
  readonly regularization: number;
  readonly losses: SomeTasks<T, number>;
  readonly gramian: Gramian;
  readonly finite: boolean;
}

/** Reads losses, Gramian and whether all is finite in a single wait for the device. */
export async function readReport<T extends string>(
  { losses, penalties, gradients, penaltyGradients }: TaskPass,
  tasks: readonly T[],
  { others }: Places,
  compared: readonly Tensor1D[],
): Promise<PassReport<T>> {
  const report = tidy(() => {
    const total = addN([...losses]);
    const penalty = addN([scalar(0), ...penalties]);
    // Compared gradients that are not finite show in the Gramian.
    const unseen = others.flatMap((i) => gradients.map((ofTask) => ofTask[i]));
    const scalars = stack([checkSum([...unseen, ...penaltyGradients]), total, penalty, ...losses]) as Tensor1D;
    return concat([scalars, innerProducts(compared)]);
  });
  const [check, loss, regularization, ...numbers] = await readAndDispose(report);
  const gramian = fromTriangle(numbers.slice(tasks.length), tasks.length);
  return {
    loss,
    regularization,
    losses: mapTasks(tasks, (_, k) => numbers[k]),
    gramian,
    finite: Number.isFinite(check) && gramian.flat().every(Number.isFinite),
  };
}
