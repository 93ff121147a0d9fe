import { type Optimizer, type SGDOptimizer, type Tensor, tensor, tidy, Variable } from '@tensorflow/tfjs-core';
import type { PlainData } from '../../types';

/** One moment of one variable, as tfjs optimizers keep it: found by its place in the list, not by name. */
interface Slot {
  readonly originalName: string;
  readonly variable: Variable;
}

type Fields = Record<string, unknown>;

const fieldsOf = (optimizer: Optimizer): Fields => optimizer as Optimizer & Fields;

function isSlots(value: unknown): value is Slot[] {
  return Array.isArray(value) && value.every((slot) => slot?.variable instanceof Variable);
}

/** The optimizer's learning rate. */
export function getLearningRate(optimizer: Optimizer): number {
  return fieldsOf(optimizer).learningRate as number;
}

/**
 * Sets it on any tfjs optimizer. Only SGD and its subclass have a setter; the others read the field at every step.
 * (`instanceof` cannot distinguish them: tfjs makes every optimizer an instance of every optimizer class.)
 */
export function setLearningRate(optimizer: Optimizer, rate: number): void {
  if ('setLearningRate' in optimizer) (optimizer as SGDOptimizer).setLearningRate(rate);
  else fieldsOf(optimizer).learningRate = rate;
}

async function readTensor(value: Tensor): Promise<PlainData> {
  return { shape: [...value.shape], data: (await value.data<'float32'>()).slice() };
}

/**
 * Everything that a tfjs optimizer keeps between steps, as plain data. `optimizer.getWeights()` is not enough: Adam
 * rebuilds its powers of beta from the step count with `pow`, which differs in the last bits from the running product,
 * so a resumed run would drift from an undisturbed one.
 */
export async function saveOptimizer(optimizer: Optimizer): Promise<PlainData> {
  const state: Record<string, PlainData> = {};
  for (const [field, value] of Object.entries(fieldsOf(optimizer))) {
    if (value instanceof Variable) state[field] = await readTensor(value);
    else if (isSlots(value)) {
      state[field] = await Promise.all(
        value.map(async (slot) => ({ name: slot.originalName, value: await readTensor(slot.variable) })),
      );
    }
  }
  return {
    className: optimizer.getClassName(),
    learningRate: getLearningRate(optimizer),
    iterations: optimizer.iterations,
    state,
  };
}

type SavedTensor = { shape: number[]; data: Float32Array };
type SavedOptimizer = {
  className: string;
  learningRate: number;
  iterations: number;
  state: Record<string, SavedTensor | { name: string; value: SavedTensor }[]>;
};

/** Restores what `saveOptimizer` returned. Throws if it came from another kind of optimizer. */
export function loadOptimizer(optimizer: Optimizer, saved: PlainData): void {
  const { className, learningRate, iterations, state } = saved as SavedOptimizer;
  if (className !== optimizer.getClassName()) {
    throw new RangeError(
      `resume: the checkpoint was written with the optimizer ${className}, the trainer has ${optimizer.getClassName()}.`,
    );
  }
  const fields = fieldsOf(optimizer);
  const toVariable = ({ data, shape }: SavedTensor): Variable =>
    tidy(() => tensor(data, shape).variable(false) as Variable);
  setLearningRate(optimizer, learningRate);
  fields.iterations_ = iterations;
  for (const [field, value] of Object.entries(state)) {
    const old = fields[field];
    if (isSlots(old)) for (const slot of old) slot.variable.dispose();
    else if (old instanceof Variable) old.dispose();
    fields[field] = Array.isArray(value)
      ? value.map((slot) => ({ originalName: slot.name, variable: toVariable(slot.value) }))
      : toVariable(value);
  }
}
