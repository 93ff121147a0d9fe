import {
  clone,
  dispose,
  type Optimizer,
  type SGDOptimizer,
  type Tensor,
  tensor,
  tidy,
  Variable,
} from '@tensorflow/tfjs-core';
import type { Held } from '../../internal/held';
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

/** Gives a field other variables, and disposes those that it had. */
function replaceField(fields: Fields, field: string, value: Variable | Slot[]): void {
  const old = fields[field];
  if (isSlots(old)) for (const slot of old) slot.variable.dispose();
  else if (old instanceof Variable) old.dispose();
  fields[field] = value;
}

/** Holds everything that a tfjs optimizer keeps between steps. */
export function holdOptimizer(optimizer: Optimizer): Held {
  const fields = fieldsOf(optimizer);
  const learningRate = getLearningRate(optimizer);
  const { iterations } = optimizer;
  const held: Tensor[] = [];
  const hold = (variable: Variable): (() => Variable) => {
    const value = clone(variable);
    held.push(value);
    return () => value.variable(false) as Variable;
  };
  const makers = Object.entries(fields).flatMap(([field, value]): [string, () => Variable | Slot[]][] => {
    if (value instanceof Variable) return [[field, hold(value)]];
    if (!isSlots(value)) return [];
    const slots = value.map(({ originalName, variable }) => ({ originalName, make: hold(variable) }));
    return [[field, () => slots.map(({ originalName, make }) => ({ originalName, variable: make() }))]];
  });
  return {
    restore() {
      for (const [field, make] of makers) replaceField(fields, field, make());
      if (getLearningRate(optimizer) !== learningRate) setLearningRate(optimizer, learningRate);
      fields.iterations_ = iterations;
    },
    dispose: () => dispose(held),
  };
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
  const toTensor = ({ data, shape }: SavedTensor): Tensor => tensor(data, shape);
  const toVariable = (value: Tensor): Variable => value.variable(false) as Variable;
  setLearningRate(optimizer, learningRate);
  fields.iterations_ = iterations;
  tidy(() => {
    for (const [field, value] of Object.entries(state)) {
      const own = Object.hasOwn(fields, field) ? fields[field] : undefined;
      if (!(own instanceof Variable || isSlots(own))) {
        throw new RangeError(`resume: the checkpoint's optimizer keeps '${field}', which this ${className} does not.`);
      }
      if (Array.isArray(value)) {
        // No tidy disposes variables, so there are none before every tensor is.
        const tensors = value.map((slot) => toTensor(slot.value));
        replaceField(
          fields,
          field,
          value.map((slot, k) => ({ originalName: slot.name, variable: toVariable(tensors[k]) })),
        );
      } else replaceField(fields, field, toVariable(toTensor(value)));
    }
  });
}
