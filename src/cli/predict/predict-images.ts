import { join, resolve, sep } from 'node:path';
import type { BackendName } from '../../backends/choose/candidates';
import { unique } from '../../internal/unique';
import { predictAll } from '../../models/predict-all';
import { loadSharp } from '../../node/load-sharp';
import { quote } from '../../node/quote';
import { stopOnSignal } from '../../node/stop-on-signal';
import { writePng } from '../../node/write-png';
import type { MultitaskModel } from '../../types';
import { openModel } from '../open-model';
import { print } from '../print';
import { sides } from '../words';
import { listImages } from './list-images';
import { type OutputFolder, openOutputFolder } from './output-folder';
import { type ImageForm, type ReadImage, readImages } from './read-images';
import { showProgress } from './show-progress';
import { type Cell, type TaskWriter, taskWriter } from './task-writer';

/** One of several equal parts of the images: of those from `index - 1` on, every `count`th. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** What the command line says. */
export interface PredictSettings {
  readonly out: string;
  readonly format: 'csv' | 'jsonl';
  readonly threshold?: Readonly<Record<string, number>> | undefined;
  readonly size?: readonly [height: number, width: number] | undefined;
  readonly percentiles?: readonly [low: number, high: number] | undefined;
  readonly page?: number | undefined;
  readonly shard?: Shard | undefined;
  readonly batch: number;
  readonly onError: 'fail' | 'skip';
  readonly backend?: BackendName | undefined;
  readonly json?: boolean | undefined;
}

/** A task that is written, and the folder of its pictures. */
interface WrittenTask extends TaskWriter {
  readonly task: string;
  readonly folder: string;
}

/** What images must be made to. @throws {Error} for a model that takes no images. */
function formOf({ net }: MultitaskModel<string>, { size, percentiles, page }: PredictSettings): ImageForm {
  const shape = net.inputs[0].shape.slice(1);
  const [height, width, channels] = shape;
  if (net.inputs.length !== 1 || shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    const found = net.inputs.map((x) => sides(x.shape.slice(1))).join(' and ');
    throw new Error(
      `predict is for models that take images of 1 or 3 channels, height x width x channels; this one takes ${found}.`,
    );
  }
  const [high, wide] = [height ?? size?.[0], width ?? size?.[1]];
  if (high === undefined || wide === undefined) {
    throw new Error('The model takes images of any size: say which with --size, such as --size 256x256.');
  }
  if (size !== undefined && (high !== size[0] || wide !== size[1])) {
    throw new Error(`--size is for models that take any; this one takes ${high} x ${wide}.`);
  }
  return { size: [high, wide], channels, percentiles, page };
}

/** The tasks that are written, and those that have no form as numbers or pictures. */
function writersOf(
  { net, tasks, outputs }: MultitaskModel<string>,
  threshold: Readonly<Record<string, number>>,
): { written: WrittenTask[]; left: string[] } {
  const unknown = Object.keys(threshold).find((task) => !tasks.includes(task));
  if (unknown !== undefined) {
    throw new Error(`--threshold names the unknown task '${unknown}'; the tasks are ${tasks.join(', ')}.`);
  }
  const folder = unique();
  const written: WrittenTask[] = [];
  const left: string[] = [];
  for (const [i, task] of tasks.entries()) {
    const shape = net.outputs[i].shape.slice(1);
    const writer = taskWriter(task, outputs[task], shape, threshold[task]);
    if (writer === undefined) left.push(`${task} (${outputs[task].kind}, ${sides(shape)})`);
    else written.push({ ...writer, task, folder: folder(task.replace(/[^\w-]/g, '_')) });
  }
  if (written.length > 0) return { written, left };
  throw new Error(`No task of the model can be written as numbers or as a picture: ${left.join(', ')}.`);
}

/** Writes one row for each image, and the pictures. */
function tableOf(tasks: readonly WrittenTask[], { format, onError }: PredictSettings, folder: OutputFolder) {
  const columns = ['id', ...tasks.flatMap((task) => task.columns), ...(onError === 'skip' ? ['error'] : [])];
  const file = `predictions.${format}`;
  const line = (cells: readonly Cell[]): string => `${cells.map((cell) => quote(String(cell))).join(',')}\n`;
  return {
    file,
    begin: () => folder.append(file, format === 'csv' ? line(columns) : ''),
    async write(id: string, cells: readonly Cell[], error: string): Promise<void> {
      const row = [id, ...cells, ...(onError === 'skip' ? [error] : [])];
      // JSON has no NaN, and what is not known is left out.
      const known = columns.flatMap((name, i) => (row[i] === '' ? [] : [[name, row[i]]]));
      await folder.append(file, format === 'csv' ? line(row) : `${JSON.stringify(Object.fromEntries(known))}\n`);
    },
  };
}

/** Predicts images into a folder. @throws {Error} that names what is wrong; nothing is left then. */
export async function predictImages(path: string, places: readonly string[], settings: PredictSettings): Promise<void> {
  const signal = stopOnSignal('Stopping after this batch; nothing will be written');
  await loadSharp();
  const { index, count } = settings.shard ?? { index: 1, count: 1 };
  const files = (await listImages(places)).filter((_, place) => place % count === index - 1);
  const target = resolve(settings.out);
  const around = places.find((place) => `${target}${sep}`.startsWith(`${resolve(place)}${sep}`));
  if (around !== undefined) {
    throw new Error(
      `${settings.out}: expected a folder outside of ${around}, where pictures would be taken for images.`,
    );
  }
  const notice = (message: string): void => void process.stderr.write(`${message}\n`);
  const { model, backend } = await openModel(path, settings.backend, notice);
  const form = formOf(model, settings);
  const { written, left } = writersOf(model, settings.threshold ?? {});
  if (left.length > 0) notice(`Not written, as these are neither numbers nor pictures: ${left.join(', ')}.`);

  const folder = await openOutputFolder(settings.out);
  const failed: { id: string; error: string }[] = [];
  try {
    const table = tableOf(written, settings, folder);
    const { batches, waiting } = readImages(files, form, {
      batch: settings.batch,
      skip: settings.onError === 'skip',
      signal,
    });
    const progress = showProgress(files.length, settings.json !== true);
    let done = 0;
    const blanks = written.flatMap(({ columns }) => columns.map(() => ''));

    /** Writes the images that could not be read and come before the next one that could. */
    const writeFailed = async (): Promise<void> => {
      for (let first = waiting[0]; first !== undefined && 'error' in first; first = waiting[0]) {
        const { file, error } = first;
        failed.push({ id: file.id, error });
        await table.write(file.id, blanks, error);
        waiting.shift();
        progress(++done);
      }
    };

    await table.begin();
    for await (const { id, outputs } of predictAll(model, batches)) {
      await writeFailed();
      const { size } = waiting.shift() as Extract<ReadImage, { readonly size: unknown }>;
      const cells: Cell[] = [];
      for (const { task, folder: own, write } of written) {
        const { cells: numbers, picture } = write(outputs[task], size);
        if (picture === undefined) cells.push(...numbers);
        else {
          // The whole name and one more ending: a.jpg and a.png may lie in one folder.
          const shown = `${own}/${id}.png`;
          await writePng(join(folder.path, ...shown.split('/')), picture);
          cells.push(shown);
        }
      }
      await table.write(id, cells, '');
      progress(++done);
    }
    await writeFailed();
    signal.throwIfAborted();
    await folder.finish();
    const pictures = written.flatMap(({ draws, task, folder: own }) =>
      draws ? [[task, join(settings.out, own)]] : [],
    );
    const summary = {
      ...{ model: path, backend, images: files.length, failed, tasks: written.map(({ task }) => task) },
      ...{ predictions: join(settings.out, table.file), pictures: Object.fromEntries(pictures) },
    };
    print(settings.json, summary, () =>
      [
        `${files.length} ${files.length === 1 ? 'image' : 'images'} on ${backend}${failed.length === 0 ? '' : `, ${failed.length} of them with an error`}: ${summary.predictions}`,
        ...pictures.map(([task, own]) => `${task}: ${own}`),
      ].join('\n'),
    );
  } catch (error) {
    await folder.discard();
    throw error;
  }
}
