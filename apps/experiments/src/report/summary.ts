import { armOf } from './contenders';
import { points } from './format';
import { FAMILIES, hasThreeTasks } from './pairings';
import { PAPER } from './paper';
import type { ContenderResult, Results } from './results';
import { describeComparison } from './tables/comparison-tables';
import { describeEstimate } from './tables/score-tables';
import { mainContenders } from './tables/table-2';

export interface Summary {
  readonly asked: string;
  readonly found: readonly string[];
  readonly limits: readonly string[];
}

const ASKED =
  'Does a network learn to outline COVID-19 lesions and to tell COVID-19 from other chest CT slices better when one ' +
  'encoder is shared by three tasks (T1 reconstruction, T2 segmentation, T3 classification) than a U-Net and a CNN that ' +
  'learn one task each, given the same images, masks and training?';

/** Of the three-task models of the main studies, that of the largest input. */
function largestThree(results: Pick<Results, 'contenders'>): ContenderResult | undefined {
  return mainContenders(results)
    .filter((one) => hasThreeTasks(one) && one.finished > 0)
    .at(-1);
}

function describeModel({ label, scores, planned, finished }: ContenderResult): string {
  const said = [
    scores.dice === null ? '' : `Dice ${describeEstimate(scores.dice)}`,
    scores.auc === null ? '' : `AUC ${describeEstimate(scores.auc)}`,
  ].filter((part) => part !== '');
  const runs = finished < planned ? ` (${finished} of ${planned} runs)` : '';
  return `${label}${runs}: ${said.length === 0 ? 'nothing yet' : said.join('; ')}.`;
}

/** `14.5, 14.1 and 9.3`. */
const enumerate = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** What few labels do, in one sentence for each multitask model. */
function describeCounts(results: Results, study: 'masks' | 'labels'): string[] {
  const compared = results.comparisons.flatMap((one) => {
    const contender = results.contenders.find(({ label }) => label === one.a);
    if (one.family !== FAMILIES[study] || one.difference === null || contender === undefined) return [];
    return [{ ...one, arm: armOf(contender), known: contender.config[study] ?? Number.POSITIVE_INFINITY }];
  });
  const say = ({ known }: { readonly known: number }): string => (Number.isFinite(known) ? `${known}` : 'all');
  const [score, other] = study === 'masks' ? ['Dice', 'U-Net'] : ['AUC', 'CNN'];
  return [...new Set(compared.map(({ arm }) => arm))].map((arm) => {
    const told = compared.filter((one) => one.arm === arm).sort((a, b) => a.known - b.known);
    const sure = told.filter(({ pHolm }) => pHolm !== null && pHolm < 0.05).map(say);
    return (
      `With ${enumerate(told.map(say))} ${study}, the ${score} of ${arm} differs from that of the ${other} by ` +
      `${enumerate(told.map(({ difference }) => points(difference as number)))} points; ` +
      `${sure.length === 0 ? 'at no number' : `with ${enumerate(sure)}`} is the Holm-adjusted p below 0.05.`
    );
  });
}

function findings(results: Results): string[] {
  const { contenders, comparisons, mixedSource } = results;
  const three = largestThree(results);
  const main = mainContenders(results).filter((one) => ['T1+T2+T3', 'U-Net', 'CNN'].includes(armOf(one)));
  const shown = main.filter(({ config, finished }) => finished > 0 && config.size === (three ?? main[0]).config.size);
  const told = (family: string): string[] =>
    comparisons
      .filter((one) => one.family === family && one.a === three?.label && shown.some(({ label }) => label === one.b))
      .map((one) => `${one.source === null ? '' : `On ${one.source} alone: `}${describeComparison(one)}`);
  const within = three?.sources.find(({ source }) => source === mixedSource)?.auc;
  const control = contenders.find(({ config, scores }) => config.target === 'source' && scores.auc !== null);
  return [
    ...shown.map(describeModel),
    ...told(FAMILIES.main),
    ...describeCounts(results, 'masks'),
    ...describeCounts(results, 'labels'),
    ...comparisons.filter((one) => one.family === FAMILIES.tuned).map(describeComparison),
    ...contenders.filter(({ config, finished }) => config.pretrained !== undefined && finished > 0).map(describeModel),
    ...comparisons.filter((one) => one.family === FAMILIES.pretrained).map(describeComparison),
    ...(within && three
      ? [`Among the test images of ${mixedSource} alone, ${three.label} has an AUC of ${describeEstimate(within)}.`]
      : []),
    ...told(FAMILIES.source),
    ...(control?.scores.auc
      ? [
          `A CNN that was asked for the source of an image instead of the disease has an AUC of ${describeEstimate(control.scores.auc)}.`,
        ]
      : []),
  ];
}

function limits({ test, runs, mixedSource, missing, folds }: Results): string[] {
  return [
    ...(missing.length > 0
      ? [
          `${missing.length} of ${runs.planned} runs are missing; what they would have added is left out, and named below.`,
        ]
      : []),
    'Most sources have one class only, each with its own window, frame and crop. A high AUC on the mix may come from ' +
      `telling the sources apart${mixedSource === null ? '' : `; what counts is the AUC on ${mixedSource} alone`}.`,
    `The test part has ${test.lesions} images with a lesion and ${test.images} in all: intervals are wide, and small differences cannot be seen.`,
    `${folds === null ? 'One split, one' : 'One'} collection of images: how the models do in another hospital is not known. Nothing here is fit for use on patients.`,
    `The paper used other images, inputs of 256 and 512 pixels and 500 epochs. Its figures (Dice ${PAPER.threeTasks.dice} % with three tasks, ${PAPER.unet[256]} % and ${PAPER.unet[512]} % of U-Nets) are shown for orientation; only some of its cells are legible.`,
    'Intervals draw groups of alike images together; the tests (DeLong, Wilcoxon) take images as independent, so that their p-values are somewhat too small where images of one patient stand in the test part.',
    'Scores are taken at the input size of the model, not on the original pixels.',
  ];
}

/** What was asked, what came out and what that does not show, in sentences. */
export function summarize(results: Results): Summary {
  return { asked: ASKED, found: findings(results), limits: limits(results) };
}

/** How the numbers were made. */
export function methods({ resamples }: Results): string[] {
  return [
    'Means are over the seeds of a model. A 95 % interval is a percentile bootstrap over the test images: ' +
      `${resamples} times, groups of alike images are drawn with replacement, each seed is scored on the drawn images, and the mean over the seeds is taken. The same images are drawn for all seeds and for both sides of a comparison. It says how much the test images matter; the SD and the range say how much the seed matters.`,
    "Dice of one model against another: Wilcoxon's signed-rank test over the images with a lesion, on the mean over seeds of each image. AUC: DeLong's test, on the mean over seeds of each image's probability. Both two-sided. What is compared was fixed by the grid; the p-values of a family are adjusted together by Holm's rule.",
    'Thresholds are chosen on the validation images of each run, never on the test images. The weights are those of the epoch with the lowest validation loss.',
    'The ROC curves are averaged over seeds at each false positive rate, so that the area under them is the mean AUC.',
  ];
}
