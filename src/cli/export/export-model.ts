import { readFile, stat } from 'node:fs/promises';
import type { BackendName } from '../../backends/choose/candidates';
import { toKeras } from '../../export/keras/to-keras';
import { toOnnx } from '../../export/onnx/to-onnx';
import type { Layout } from '../../export/options';
import { toSafetensors } from '../../export/torch/to-safetensors';
import { stopOnSignal } from '../../node/stop-on-signal';
import { stage } from '../../node/write-durably';
import type { MultitaskModel } from '../../types';
import { openModel } from '../open-model';
import { print } from '../print';
import { short } from '../words';
import type { Format } from './formats';

/** What the command line says. */
export interface ExportSettings {
  readonly out: string;
  readonly to: Format;
  readonly layout?: Layout | undefined;
  readonly foldBatchNorm?: boolean | undefined;
  readonly preprocessing?: string | undefined;
  readonly threshold?: Readonly<Record<string, number>> | undefined;
  readonly backend?: BackendName | undefined;
  readonly json?: boolean | undefined;
}

interface OutputFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What every module for PyTorch begins with. */
const OURS = '"""Written by tfjs-multitask.';

const moduleOf = (out: string): string => out.replace(/safetensors$/, 'py');

/** Throws where a file would take the place of something else than an export. */
async function checkTargets({ out, to }: ExportSettings): Promise<void> {
  if ((await stat(out).catch(() => undefined))?.isDirectory()) {
    throw new Error(`${out}: expected the name of a file, found a folder.`);
  }
  if (to !== 'safetensors') return;
  const file = moduleOf(out);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return OURS;
    throw new Error(`${file}: expected no file or an earlier export: ${error.message}.`, { cause: error });
  });
  if (!text.startsWith(OURS)) {
    throw new Error(`${file}: the module would replace this file, which is no earlier export; name another --out.`);
  }
}

async function write(
  model: MultitaskModel<string>,
  { out, to, layout, foldBatchNorm, preprocessing, threshold }: ExportSettings,
): Promise<OutputFile[]> {
  const said = { foldBatchNorm, preprocessing, thresholds: threshold };
  if (to === 'onnx') return [{ file: out, bytes: await toOnnx(model, { ...said, layout }) }];
  if (to === 'keras') return [{ file: out, bytes: await toKeras(model, said) }];
  const [weights, source] = await toSafetensors(model, { ...said, layout });
  return [
    { file: out, bytes: weights },
    { file: moduleOf(out), bytes: new TextEncoder().encode(source) },
  ];
}

/** Puts files in their places, all of them once all are on the disk. */
async function place(files: readonly OutputFile[]): Promise<void> {
  const staged: Awaited<ReturnType<typeof stage>>[] = [];
  try {
    for (const { file, bytes } of files) staged.push(await stage(file, [bytes]));
    for (const each of staged) await each.commit();
  } catch (error) {
    for (const each of staged) await each.discard();
    throw error;
  }
}

/** Exports a saved model into a file. @throws {Error} that names what is missing, in the way, or has no form there. */
export async function exportModel(path: string, settings: ExportSettings): Promise<void> {
  const signal = stopOnSignal('Stopping before anything is written');
  await checkTargets(settings);
  const { model } = await openModel(path, settings.backend);
  const files = await write(model, settings);
  signal.throwIfAborted();
  await place(files);
  const written = files.map(({ file, bytes }) => ({ file, bytes: bytes.length }));
  print(settings.json, { to: settings.to, tasks: model.tasks, written }, () =>
    written.map(({ file, bytes }) => `Written: ${file} (${short(bytes, 'B')})`).join('\n'),
  );
}
