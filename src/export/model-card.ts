import type { LayersModel } from '@tensorflow/tfjs-layers';
import { version } from '../../package.json';
import { checkArray, checkFinite, checkModel, checkRecord, checkText, refuseKind } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { refuse } from '../internal/refuse';
import type { ByTask, MultitaskModel, SomeTasks } from '../types';

/** A score on the card: a number, or a value with its interval, as `interval` and `delongInterval` return it. */
export type CardScore =
  | number
  | {
      readonly value: number;
      readonly low?: number | undefined;
      readonly high?: number | undefined;
      readonly n?: number | undefined;
    };

/** What a {@link modelCard} says. */
export interface ModelCardOptions<T extends string> {
  /** What the model is called. */
  readonly name: string;
  /** The licence of the weights, by its SPDX identifier, such as `'apache-2.0'`, or `'other'`. */
  readonly licence: string;
  /** The data that it was trained and scored on: where from, how many of whom, whose labels. */
  readonly data: string;
  /** How the data was divided, and that no one is on both sides. */
  readonly split: string;
  /** What it is not for, and where it fails. */
  readonly limits: string;
  /** What it is for. Default: nothing is said. */
  readonly use?: string | undefined;
  /** What each task's output means. Default: the kind and the shape alone are said. */
  readonly tasks?: SomeTasks<T, string> | undefined;
  /** What was done to images before the model saw them. Default: nothing is said. */
  readonly preprocessing?: string | undefined;
  /** From which score on a task's output is taken for positive. Default: nothing is said. */
  readonly thresholds?: SomeTasks<T, number> | undefined;
  /** The scores of each task, by name. Default: that there are none is said. */
  readonly scores?: SomeTasks<T, Readonly<Record<string, CardScore>>> | undefined;
  /** What the scores were computed on, such as `'the test part, 40 patients'`. Default: nothing is said. */
  readonly scoredOn?: string | undefined;
  /** The share of repetitions in which the intervals should hold the true value. Default: 0.95. */
  readonly confidenceLevel?: number | undefined;
  /** How to cite it, as BibTeX or a sentence. Default: nothing is said. */
  readonly citation?: string | undefined;
  /** Words that the model is found by. Default: `[]`. */
  readonly tags?: readonly string[] | undefined;
}

const OPTIONS = [
  ...(['name', 'licence', 'data', 'split', 'limits', 'use', 'tasks', 'preprocessing', 'thresholds', 'scores'] as const),
  ...(['scoredOn', 'confidenceLevel', 'citation', 'tags'] as const),
] as const;
const NEEDED = ['name', 'licence', 'data', 'split', 'limits'] as const;
const TEXTS = ['use', 'preprocessing', 'scoredOn', 'citation'] as const;

function checkTasks(record: object, tasks: readonly string[], name: string): void {
  checkRecord(record, name);
  const unknown = Object.keys(record).find((task) => !tasks.includes(task));
  if (unknown !== undefined) {
    throw new RangeError(`${name}: there is no task '${unknown}'; the tasks are ${tasks.join(', ')}.`);
  }
}

function checkScore(score: CardScore, name: string): void {
  if (typeof score === 'number') {
    checkFinite(score, name);
    return;
  }
  if (typeof score !== 'object' || score === null) refuseKind(score, name, 'a number or { value, low, high }');
  const { value, low, high, n } = score;
  for (const [part, number] of Object.entries({ value, low, high, n })) {
    if (part === 'value' || number !== undefined) checkFinite(number, `${name}.${part}`);
  }
  if ((low === undefined) !== (high === undefined)) refuse(name, 'have both low and high, or none', 'one of them');
  if (low !== undefined && high !== undefined && !(low <= high))
    refuse(name, 'have low up to high', `${low} and ${high}`);
}

function checkCard<T extends string>(options: ModelCardOptions<T>, tasks: readonly string[]): void {
  checkOptions(options, OPTIONS, 'modelCard');
  for (const name of NEEDED) checkText(options[name], `modelCard: ${name}`);
  for (const name of TEXTS) if (options[name] !== undefined) checkText(options[name], `modelCard: ${name}`);
  const { thresholds = {}, scores = {}, tasks: meanings = {}, tags = [], confidenceLevel = 0.95 } = options;
  for (const [name, record] of Object.entries({ thresholds, scores, tasks: meanings })) {
    checkTasks(record, tasks, `modelCard: ${name}`);
  }
  for (const [task, value] of Object.entries(thresholds)) checkFinite(value, `modelCard: thresholds.${task}`);
  for (const [task, text] of Object.entries(meanings)) checkText(text, `modelCard: tasks.${task}`);
  for (const [task, ofTask] of Object.entries(scores)) {
    checkRecord(ofTask, `modelCard: scores.${task}`);
    for (const [name, score] of Object.entries(ofTask as Readonly<Record<string, CardScore>>)) {
      checkScore(score, `modelCard: scores.${task}.${name}`);
    }
  }
  checkArray(tags, 'modelCard: tags');
  for (const [i, tag] of tags.entries()) checkText(tag, `modelCard: tags[${i}]`);
  checkFinite(confidenceLevel, 'modelCard: confidenceLevel');
  if (!(confidenceLevel > 0 && confidenceLevel < 1)) {
    refuse('modelCard: confidenceLevel', 'lie between 0 and 1', confidenceLevel);
  }
}

/** Text in a cell of a table: neither lines nor cells end in it. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((one) => row(...one))].join('\n');
const short = (value: number): string => String(Number(value.toPrecision(4)));
const shapeOf = (shape: readonly (number | null)[]): string =>
  `[${shape.map((size, i) => size ?? (i === 0 ? 'batch' : 'any')).join(', ')}]`;

function scoreRow(task: string, name: string, score: CardScore): string[] {
  const { value, low, high, n } = typeof score === 'number' ? { value: score } : (score as Exclude<CardScore, number>);
  const interval = low === undefined || high === undefined ? '' : `${short(low)} to ${short(high)}`;
  return [task, name, short(value), interval, n === undefined ? '' : String(n)];
}

/** A section, where there is something to say. */
const section = (title: string, text: string | undefined): string[] =>
  text === undefined ? [] : [`## ${title}`, text.trim()];

function outputsTable(
  net: LayersModel,
  outputs: ByTask<string, { kind: string }>,
  said: SomeTasks<string, string>,
): string {
  const rows = net.outputNames.map((task, i) => [
    `\`${task}\``,
    outputs[task].kind,
    shapeOf(net.outputs[i].shape),
    said[task] ?? '',
  ]);
  return table(['output', 'holds', 'shape', 'meaning'], rows);
}

/**
 * A model card in Markdown, to be written as README.md beside an exported model.
 *
 * What the model says itself is read from it: tasks, what their outputs hold, shapes, parameters. The rest is said by you, and
 * what nobody should leave out is asked for. It begins with the metadata that Hugging Face reads.
 *
 * Source: Mitchell et al., "Model Cards for Model Reporting", 2019, doi:10.1145/3287560.3287596.
 *
 * @throws {RangeError} for an unknown option or task, an empty text, a score that is not finite and an interval that has no ends.
 * @throws {TypeError} for a model that is none, and a fact of another kind.
 * @example
 * ```ts
 * import { modelCard } from 'tfjs-multitask/export';
 * import { unet } from 'tfjs-multitask/models';
 *
 * const card = modelCard(unet({ inputShape: [32, 32, 1], filters: [2, 4] }), {
 *   name: 'Lungs',
 *   licence: 'apache-2.0',
 *   data: '100 slices of 50 patients of one hospital, masks by one radiologist.',
 *   split: 'By patient: 30 for training, 20 for the test.',
 *   limits: 'For research. Not tried on other scanners.',
 *   scores: { segmentation: { dice: { value: 0.81, low: 0.76, high: 0.85, n: 20 } } },
 * });
 * console.log(card.split('\n')[0]); // ---
 * ```
 */
export function modelCard<T extends string>(model: MultitaskModel<T>, options: ModelCardOptions<NoInfer<T>>): string {
  checkModel(model, 'modelCard: model');
  checkCard(options, model.tasks);
  const { name, licence, data, split, limits, use, preprocessing, scoredOn, citation, tags = [] } = options;
  const { thresholds = {}, scores = {}, tasks = {}, confidenceLevel = 0.95 } = options as ModelCardOptions<string>;
  const { net } = model;
  // Quoted as JSON, which YAML takes as well.
  const metadata = [
    '---',
    `license: ${JSON.stringify(licence)}`,
    'library_name: "tfjs-multitask"',
    'tags:',
    ...['tfjs', 'multitask', ...tags].map((tag) => `- ${JSON.stringify(tag)}`),
    '---',
  ].join('\n');
  const input = net.inputs.map(({ name: of, shape }) => `\`${of}\` ${shapeOf(shape)}`).join(', ');
  const scoreRows = Object.entries(scores).flatMap(([task, ofTask]) =>
    Object.entries(ofTask ?? {}).map(([metric, score]) => scoreRow(task, metric, score)),
  );
  const interval = `${short(100 * confidenceLevel)} % interval`;
  const results =
    scoreRows.length === 0
      ? 'None were given.'
      : table(['task', 'score', 'value', interval, 'n'], scoreRows) +
        (scoredOn === undefined ? '' : `\n\nOn ${scoredOn}.`);
  const limitRows = Object.entries(thresholds).map(([task, value]) => `\`${task}\` from ${value} on`);
  return `${[
    metadata,
    `# ${name.trim()}`,
    `A model of ${model.tasks.length === 1 ? 'one task' : `${model.tasks.length} tasks`} with ${net.countParams()} parameters, made with tfjs-multitask ${version}.`,
    ...section('Use', use),
    ...section('Limits', limits),
    ...section('Input', `${input}${preprocessing === undefined ? '' : `\n\n${preprocessing.trim()}`}`),
    ...section('Outputs', outputsTable(net, model.outputs, tasks)),
    ...section('Positive', limitRows.length === 0 ? undefined : `${limitRows.join(', ')}.`),
    ...section('Data', data),
    ...section('Split', split),
    ...section('Scores', results),
    ...section('Licence', licence),
    ...section('Citation', citation),
  ].join('\n\n')}\n`;
}
