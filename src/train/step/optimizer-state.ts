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
import { fields, finite, floats, integer, listOf, type Reader, recordOf, text } from '../../internal/readers';

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

async function readTensor(value: Tensor): Promise<SavedTensor> {
  return { shape: [...value.shape], data: (await value.data<'float32'>()).slice() };
}

/**
 * Everything that a tfjs optimizer keeps between steps, as plain data. `optimizer.getWeights()` is not enough: Adam
 * rebuilds its powers of beta from the step count with `pow`, which differs in the last bits from the running product,
 * so a resumed run would drift from an undisturbed one.
 */
export async function saveOptimizer(optimizer: Optimizer): Promise<SavedOptimizer> {
  const state: Record<string, SavedOptimizer['state'][string]> = {};
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

type SavedTensor = {
  readonly shape: readonly number[];
  readonly data: Float32Array;
};

/** What `saveOptimizer` returns. */
export type SavedOptimizer = {
  readonly className: string;
  readonly learningRate: number;
  readonly iterations: number;
  readonly state: Readonly<
    Record<string, SavedTensor | readonly { readonly name: string; readonly value: SavedTensor }[]>
  >;
};

const readSavedTensor = fields({ shape: listOf(integer()), data: floats });
const readSlots = listOf(fields({ name: text, value: readSavedTensor }));
export const readOptimizer: Reader<SavedOptimizer> = fields({
  className: text,
  learningRate: finite(),
  iterations: integer(),
  state: recordOf((value, at) => (Array.isArray(value) ? readSlots(value, at) : readSavedTensor(value, at))),
});

/** Throws where a saved tensor has not the shape that it is to have here, or not as many numbers. */
function checkTensor({ shape, data }: SavedTensor, own: Tensor, at: string): void {
  if (shape.join() === own.shape.join() && data.length === own.size) return;
  throw new RangeError(
    `${at} has the shape [${shape}] and ${data.length} numbers in the checkpoint, [${own.shape}] here.`,
  );
}

/**
 * Throws unless it was saved from such an optimizer, for these variables: what it keeps for each of them is there since
 * its first step.
 */
export function checkOptimizer(optimizer: Optimizer, saved: SavedOptimizer, variables: readonly Variable[]): void {
  const { className, iterations, state } = saved;
  if (className !== optimizer.getClassName()) {
    throw new RangeError(
      `resume: the checkpoint was written with the optimizer ${className}, the trainer has ${optimizer.getClassName()}.`,
    );
  }
  const fields = fieldsOf(optimizer);
  const kept = Object.keys(fields).filter((field) => fields[field] instanceof Variable || isSlots(fields[field]));
  const unknown = Object.keys(state).find((field) => !kept.includes(field));
  if (unknown !== undefined) {
    throw new RangeError(`resume: the checkpoint's optimizer keeps '${unknown}', which this ${className} does not.`);
  }
  for (const field of kept) {
    const value = state[field];
    const own = fields[field];
    const at = `resume: the optimizer's ${field}`;
    if (value === undefined || Array.isArray(value) === own instanceof Variable) {
      throw new RangeError(`${at} is not in the checkpoint, and this ${className} keeps it.`);
    }
    if (own instanceof Variable) {
      checkTensor(value as SavedTensor, own, at);
      continue;
    }
    const slots = value as readonly { readonly value: SavedTensor }[];
    // RMSProp keeps means of gradients only where it centres by them.
    const unused = field === 'accumulatedMeanGrads' && fields.centered === false;
    const expected = iterations === 0 || unused ? 0 : variables.length;
    if (slots.length !== expected) {
      throw new RangeError(`${at} is of ${slots.length} variables after ${iterations} steps, not of ${expected}.`);
    }
    for (const [i, slot] of slots.entries()) checkTensor(slot.value, variables[i], `${at}[${i}]`);
  }
}

/** Restores what `checkOptimizer` let pass. */
export function loadOptimizer(optimizer: Optimizer, { learningRate, iterations, state }: SavedOptimizer): void {
  const fields = fieldsOf(optimizer);
  const toTensor = ({ data, shape }: SavedTensor): Tensor => tensor(data, [...shape]);
  const toVariable = (value: Tensor): Variable => value.variable(false) as Variable;
  setLearningRate(optimizer, learningRate);
  fields.iterations_ = iterations;
  tidy(() => {
    for (const [field, value] of Object.entries(state)) {
      if ('data' in value) {
        replaceField(fields, field, toVariable(toTensor(value)));
        continue;
      }
      // No tidy disposes variables, so there are none before every tensor is.
      const tensors = value.map((slot) => toTensor(slot.value));
      replaceField(
        fields,
        field,
        value.map((slot, k) => ({ originalName: slot.name, variable: toVariable(tensors[k]) })),
      );
    }
  });
}
