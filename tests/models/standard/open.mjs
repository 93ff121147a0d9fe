// Opens saved models with tfjs-layers alone, in a process that knows nothing else: node open.mjs FOLDER...
// Prints a line for each: the outputs, as JSON, or the error.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, setBackend, tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

console.warn = () => {};
await setBackend('cpu');
for (const folder of process.argv.slice(2)) {
  const { weightsManifest, ...rest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const bytes = readFileSync(join(folder, paths[0]));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { shape, values } = JSON.parse(readFileSync(join(folder, 'x.json'), 'utf8'));
  try {
    const net = await loadLayersModel(io.fromMemory({ ...rest, weightSpecs, weightData }));
    const outputs = [net.predict(tensor(values, shape))].flat();
    console.log(JSON.stringify({ names: net.outputNames, outputs: outputs.map((y) => [...y.dataSync()]) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
