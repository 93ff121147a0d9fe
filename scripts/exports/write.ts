import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomNormal, type Tensor } from '@tensorflow/tfjs-core';
import type { Layout } from 'tfjs-multitask/export';
import { toKeras, toOnnx, toSafetensors } from 'tfjs-multitask/export';
import { type Exported, randomize } from './nets';

/** Images of any size get this many pixels a side. */
const ANY = 13;
const BATCH = 2;

/** A written model, and the layout that it takes and returns. */
interface Written {
  readonly format: string;
  readonly file: string;
  readonly layout: Layout;
}

/** Writes a model in all formats, and what it computes, into a folder; readers find all in `case.json`. */
export async function writeCase(
  name: string,
  model: Exported,
  folder: string,
  formats: readonly string[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const net = 'tasks' in model ? model.net : model;
  randomize(net);
  const x = net.inputs.map(({ shape }, i) =>
    randomNormal([BATCH, ...shape.slice(1).map((size) => size ?? ANY)], 0, 1, 'float32', 11 + i),
  );
  const y = [net.predict(x) as Tensor | Tensor[]].flat();
  const values = (tensors: readonly Tensor[]) =>
    Promise.all(tensors.map(async (tensor) => ({ shape: tensor.shape, values: [...(await tensor.data())] })));
  const written: Written[] = [];
  const write = (format: string, file: string, layout: Layout, content: Uint8Array | string): void => {
    writeFileSync(join(folder, file), content);
    written.push({ format, file, layout });
  };
  if (formats.includes('onnx')) {
    write('onnx', 'model.onnx', 'NHWC', await toOnnx(model));
    write('onnx', 'folded.onnx', 'NCHW', await toOnnx(model, { layout: 'NCHW', foldBatchNorm: true }));
  }
  if (formats.includes('keras')) {
    write('keras', 'model.keras', 'NHWC', await toKeras(model));
    write('keras', 'folded.keras', 'NHWC', await toKeras(model, { foldBatchNorm: true }));
  }
  if (formats.includes('torch')) {
    const [weights, source] = await toSafetensors(model);
    writeFileSync(join(folder, 'model.py'), source);
    write('torch', 'model.safetensors', 'NCHW', weights);
    const [folded, other] = await toSafetensors(model, { layout: 'NHWC', foldBatchNorm: true });
    writeFileSync(join(folder, 'folded.py'), other);
    write('torch', 'folded.safetensors', 'NHWC', folded);
  }
  const content = { name, written, outputs: net.outputNames, x: await values(x), y: await values(y) };
  writeFileSync(join(folder, 'case.json'), JSON.stringify(content));
  net.dispose();
}
