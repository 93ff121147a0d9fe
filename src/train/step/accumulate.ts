import { add, addN, dispose, mul, type NamedTensorMap, type Scalar, tidy } from '@tensorflow/tfjs-core';
import { holdStatistics } from '../../internal/layer-weights';
import { mapTasks } from '../../internal/map-tasks';
import { setDropoutStep } from '../../layers/seeded-dropout';
import type { ByTask, Loss, MultitaskModel, SomeTasks, Weighting } from '../../types';
import type { Forward } from './forward';
import type { ComputeGradients, Gradients } from './gradients';
import type { LossPass, RunLossPass } from './loss-pass';
import { allFinite } from './pass-report';
import { type StepBatches, shareOf } from './step-batches';
import { measureLosses } from './task-losses';
import { type Slopes, weightingSlopes } from './weighting-slopes';

/** The passes over all batches of a step. */
type Sweep<T extends string> = Omit<LossPass<T>, 'joint'>;

/** The sums by name of two sets of gradients, which are disposed. */
function addGradients(a: NamedTensorMap, b: NamedTensorMap): NamedTensorMap {
  const sums: NamedTensorMap = { ...a };
  for (const [name, gradient] of Object.entries(b)) {
    const before = sums[name];
    sums[name] = before === undefined ? gradient : add(before, gradient);
    if (before !== undefined) dispose([before, gradient]);
  }
  return sums;
}

/** What a sweep and the weighting at its losses come to. Takes over the gradients of both. */
async function finish<T extends string>(pass: Sweep<T>, { joint, learned }: Slopes<T>): Promise<Gradients<T>> {
  const finite = pass.finite && (await allFinite(Object.values(learned)));
  return { ...pass, loss: joint, gradients: { ...pass.gradients, ...learned }, finite };
}

/**
 * The gradients of several batches, which are those of the one big batch that they make up: a task's loss is the mean over
 * the labels of all of them, the weighting joins these means, and the layers' regularization counts once.
 *
 * The batches are run one after the other, each task's loss times its share in the whole and the slope of the joint loss.
 * With most weightings that slope does not depend on the losses; with others they are computed first, by a forward pass
 * more for each batch. Which kind it is shows: the slope at the losses found must be the one that was taken.
 */
export function createAccumulation<T extends string>(
  { net }: MultitaskModel<T>,
  forward: Forward<T>,
  { losses, weighting }: { readonly losses: ByTask<T, Loss>; readonly weighting: Weighting<T> },
  runPass: RunLossPass<T>,
): ComputeGradients<T> {
  /** True until the slopes are seen to depend on the losses. */
  let constant = true;

  const sweep = async (whole: StepBatches<T>, step: number, factors: SomeTasks<T, number>): Promise<Sweep<T>> => {
    setDropoutStep(net, step);
    const means: SomeTasks<T, number>[] = [];
    let gradients: NamedTensorMap = {};
    let regularization = 0;
    let finite = true;
    try {
      for (const [i, each] of whole.batches.entries()) {
        const tasks = [...each.amounts.keys()];
        const factorOf = (task: T): number => factors[task]! * shareOf(whole, each, task);
        const join = (byTask: SomeTasks<T, Scalar>): Scalar =>
          tidy(() => addN(tasks.map((task) => mul(byTask[task]!, factorOf(task)))) as Scalar);
        const pass = await runPass(each, join, { penalized: i === 0 });
        gradients = addGradients(gradients, pass.gradients);
        regularization += pass.regularization;
        finite &&= pass.finite;
        means.push(mapTasks(tasks, (task) => pass.losses[task]! * shareOf(whole, each, task)));
      }
    } catch (error) {
      dispose(gradients);
      throw error;
    }
    const meanOf = (task: T): number => means.reduce((sum, part) => sum + (part[task] ?? 0), 0);
    return { losses: mapTasks(whole.tasks, meanOf), gradients, regularization, finite };
  };

  return async (whole, progress) => {
    const { tasks } = whole;
    const slopesAt = (at: SomeTasks<T, number>): Promise<Slopes<T>> => weightingSlopes(weighting, at, progress);
    if (constant) {
      const statistics = holdStatistics(net);
      try {
        const { factors, learned } = await slopesAt(mapTasks(tasks, () => 1));
        dispose(learned);
        const pass = await sweep(whole, progress.step, factors);
        const slopes = await slopesAt(pass.losses);
        if (tasks.every((task) => Object.is(slopes.factors[task], factors[task]))) return await finish(pass, slopes);
        dispose([pass.gradients, slopes.learned]);
        constant = false;
        statistics.restore();
      } finally {
        statistics.dispose();
      }
    }
    const slopes = await slopesAt(await measureLosses(net, forward, whole, losses, progress.step));
    try {
      return await finish(await sweep(whole, progress.step, slopes.factors), slopes);
    } catch (error) {
      dispose(slopes.learned);
      throw error;
    }
  };
}
