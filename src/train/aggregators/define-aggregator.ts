import type { Aggregator, AggregatorContext, Gramian } from '../../types';

const show = (gramian: Gramian): string => JSON.stringify(gramian);

function checkGramian(name: string, gramian: Gramian, tasks: readonly string[]): void {
  const size = tasks.length;
  if (size === 0 || gramian.length !== size || gramian.some((row) => row.length !== size)) {
    throw new RangeError(
      `${name}: the Gramian must be ${size} x ${size}, a row for each of ${tasks.join(', ') || 'no task'}; ` +
        `got rows of ${gramian.map((row) => row.length).join(', ') || 'nothing'}.`,
    );
  }
  if (!gramian.flat().every(Number.isFinite) || gramian.some((row, i) => row[i] < 0)) {
    throw new RangeError(`${name}: the Gramian must be finite and not negative on its diagonal, got ${show(gramian)}.`);
  }
}

/**
 * Makes an {@link Aggregator} from its weights: checks the Gramian, and names the aggregator in the error where its
 * weights cannot be found.
 */
export function defineAggregator<T extends string>(
  name: string,
  compute: (gramian: Gramian, tasks: readonly T[], context: AggregatorContext<T>) => readonly number[],
  rest: Pick<Aggregator<T>, 'tasks' | 'save' | 'load'> = {},
): Aggregator<T> {
  return {
    name,
    weights(gramian, tasks, context) {
      checkGramian(name, gramian, tasks);
      let weights: readonly number[];
      try {
        weights = compute(gramian, tasks, context);
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}; the Gramian is ${show(gramian)}.`, { cause: error });
      }
      if (!weights.every(Number.isFinite)) {
        throw new Error(`${name}: found the weights ${weights.join(', ')} for the Gramian ${show(gramian)}.`);
      }
      return weights;
    },
    ...rest,
  };
}
