import { writeBytes } from '../../node/write-bytes';
import { openModel } from '../open-model';
import { print } from '../print';
import { count, short, sides, table } from '../words';
import { describeNet, type LayerRow, type NetDescription } from './describe-net';
import { drawParts } from './draw-parts';
import type { Calls } from './follow-calls';
import { toMermaid } from './mermaid';
import { type Part, partsOf } from './parts';

/** What the command line says. */
export interface InspectSettings {
  readonly size?: readonly [height: number, width: number] | undefined;
  /** The file of a drawing. */
  readonly mermaid?: string | undefined;
  readonly json?: boolean | undefined;
}

const shapesOf = (shapes: readonly (readonly (number | null)[])[]): string => shapes.map(sides).join(', ');

const operations = (flops: number | null): string => (flops === null ? '?' : short(flops));
const memory = (bytes: number | null): string => (bytes === null ? '?' : short(bytes, 'B'));

function layerTable(rows: readonly LayerRow[], totals: NetDescription['totals']): string {
  const head = ['layer', 'class', 'output', 'parameters', 'trainable', 'FLOPs', 'activations'];
  const cells = rows.map(({ name, className, shapes, parameters, trainable, flops, bytes }) => [
    ...[name, className, shapesOf(shapes), count(parameters), count(trainable)],
    ...[operations(flops), memory(bytes)],
  ]);
  const { parameters, trainable, flops, bytes } = totals;
  const last = ['in all', '', '', count(parameters), count(trainable), operations(flops), memory(bytes)];
  return table('<<<>>>>', [head, ...cells, last]);
}

function drawing({ calls }: Calls, { tasks }: NetDescription): string {
  const describe = (part: Part): string => {
    const shape = shapesOf((part.calls.at(-1) as Part['calls'][number]).outputs.map((value) => value.shape));
    const task = tasks.find((known) => known.task === part.name);
    const layers = part.calls.length === 1 ? '' : `, ${part.calls.length} layers`;
    return `${shape}${layers}${task === undefined ? '' : `, ${task.kind}`}`;
  };
  return drawParts(partsOf(calls), describe);
}

function inWords(file: string, description: NetDescription, calls: Calls): string {
  const { name, tasks, layers, totals } = description;
  const uncounted =
    totals.uncounted.length === 0 ? '' : ` (without ${totals.uncounted.join(', ')}, whose operations are not known)`;
  return [
    `${file}: ${name}, ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`,
    table('<<<', [['task', 'holds', 'output'], ...tasks.map(({ task, kind, shape }) => [task, kind, sides(shape)])]),
    drawing(calls, description),
    layerTable(layers, totals),
    [
      `Parameters: ${count(totals.parameters)}, ${count(totals.trainable)} of them trainable; ${memory(totals.weightBytes)}.`,
      `A prediction of one sample: ${short(totals.flops, 'FLOPs')}${uncounted}; a multiplication with an addition is 2.`,
      `Activations of one sample, which training keeps: ${memory(totals.bytes)}.`,
    ].join('\n'),
  ].join('\n\n');
}

/** Prints what a saved model is. @throws {Error} where there is none, or the drawing cannot be written. */
export async function inspectModel(path: string, { size, mermaid, json }: InspectSettings): Promise<void> {
  const { model, file } = await openModel(path);
  const { description, calls } = describeNet(model, size);
  if (mermaid !== undefined) await writeBytes(mermaid, new TextEncoder().encode(toMermaid(calls)));
  print(json, { file, ...description }, () => inWords(file, description, calls));
}
