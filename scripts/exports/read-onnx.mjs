// Runs models of ONNX with onnxruntime-web in Node; prints what cases.py prints.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ort = createRequire(join(process.env.EXPORTS_RUNTIME, 'x.js'))('onnxruntime-web');
const [folder] = process.argv.slice(2);

/** Channels behind the batch. */
function first({ shape, values }) {
  if (shape.length < 3) return { shape, values };
  const channels = shape[shape.length - 1];
  const pixels = shape.slice(1, -1).reduce((product, size) => product * size, 1);
  const turned = values.map((_, to) => {
    const pixel = to % pixels;
    const channel = Math.floor(to / pixels) % channels;
    const sample = Math.floor(to / (pixels * channels));
    return values[(sample * pixels + pixel) * channels + channel];
  });
  return { shape: [shape[0], channels, ...shape.slice(1, -1)], values: turned };
}

function difference(found, { shape, values }) {
  if (found.dims.join() !== shape.join()) throw new Error(`shape ${found.dims}, not ${shape}`);
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - found.data[i]) / scale), 0);
}

for (const name of readdirSync(folder).sort()) {
  const { name: of, written, x, y } = JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8'));
  for (const { format, file, layout } of written) {
    if (format !== 'onnx') continue;
    const turn = layout === 'NCHW' ? first : (tensor) => tensor;
    try {
      const session = await ort.InferenceSession.create(readFileSync(join(folder, name, file)));
      const tensor = ({ shape, values }) => new ort.Tensor('float32', Float32Array.from(values), shape);
      const feeds = Object.fromEntries(session.inputNames.map((input, i) => [input, tensor(turn(x[i]))]));
      const outputs = await session.run(feeds);
      const differences = session.outputNames.map((output, i) => difference(outputs[output], turn(y[i])));
      await session.release();
      console.log(JSON.stringify({ name: of, file, difference: Math.max(...differences) }));
    } catch (error) {
      console.log(JSON.stringify({ name: of, file, error: String(error) }));
    }
  }
}
process.exit(0);
