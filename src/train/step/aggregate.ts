import { addN, clone, type NamedTensorMap, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { Aggregator, ByTask, ElementwiseAggregator, Loss, MultitaskModel } from '../../types';
import type { Forward } from './forward';
import { byName, type ComputeGradients, type MaybeTensors } from './gradients';
import { findPlaces, flattenAt, joinAt, type Places, ruleOf } from './join-gradients';
import { allFinite, readReport } from './pass-report';
import { findSharedParts } from './shared-parts';
import { sumTaskPasses } from './sum-task-passes';
import { runTaskPass, type TaskPass } from './task-pass';

/** A new tensor, or undefined where there is nothing to add up. */
function sumOf(parts: MaybeTensors): Tensor | undefined {
  const present = parts.filter((part) => part !== undefined);
  if (present.length === 0) return undefined;
  return present.length === 1 ? clone(present[0]) : addN(present);
}

/** By variable: the joint gradient or the tasks' own, with what comes through the trunk and of the penalties. */
function collect(
  { gradients, penaltyGradients }: TaskPass,
  variables: readonly Variable[],
  { isShared }: Places,
  joined: ReadonlyMap<number, Tensor>,
  trunk: MaybeTensors,
  cuts: number,
): NamedTensorMap {
  return tidy(() => {
    const sums = variables.map((_, v) => {
      const place = cuts + v;
      const parts = isShared(place) ? [joined.get(place)] : gradients.map((ofTask) => ofTask[place]);
      return sumOf([...parts, trunk[v], penaltyGradients[v]]);
    });
    return byName(variables, sums);
  });
}

/**
 * One forward pass for each batch, and a gradient for each task. Where parameters are shared the tasks' gradients are joined by the
 * aggregator; a task's own parameters get its own gradient, and regularization counts in full everywhere.
 *
 * At the 'parameters' that takes K backward passes through what is shared; at the 'representation' the tasks'
 * gradients are joined at the outputs of the shared part, and the result flows on through it in one pass; that is for steps
 * of one batch.
 *
 * @throws {RangeError} where the model's tasks share no parameters.
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

  return async (whole, { step }) => {
    const { tasks, batches } = whole;
    const variables = listVariables();
    const cut = gradientsAt === 'representation' ? shared.representation(tasks) : [];
    const parts = { model, forward, losses };
    const pass =
      batches.length === 1
        ? runTaskPass(parts, batches[0].batch, tasks, { cut, variables })
        : sumTaskPasses(parts, whole, variables);
    try {
      const places = findPlaces(pass, cut.length, shared.variables);
      const flats = flattenAt(pass, places.compared);
      const report = await readReport(pass, tasks, places, flats);
      const { loss, regularization, gramian } = report;
      const rule = report.finite
        ? ruleOf(aggregator, gramian, tasks, { step, losses: report.losses })
        : tasks.map(() => 1);

      const joined = joinAt(pass, places.compared, flats, rule);
      const trunk = pass.backward(
        cut.length > 0 ? [...joined].map(([i, gradient]) => [pass.leaves[i], gradient] as const) : [],
      );
      for (const [i, gradient] of joinAt(pass, places.beside, flattenAt(pass, places.beside), rule)) {
        joined.set(i, gradient);
      }
      const finite = report.finite && (cut.length === 0 || (await allFinite(trunk)));
      const balance = typeof rule === 'function' ? { tasks, gramian } : { tasks, gramian, weights: rule };
      const gradients = collect(pass, variables, places, joined, trunk, cut.length);
      return { loss, regularization, losses: report.losses, gradients, finite, balance };
    } finally {
      pass.dispose();
    }
  };
}
