import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A safetensors file with zeros for each weight of a net, by the names of its layers. */
export function weightBytes(net: LayersModel): Uint8Array {
  let end = 0;
  const entries = net.weights.map(({ originalName, shape }) => {
    const from = end;
    end += 4 * (shape as number[]).reduce((product, n) => product * n, 1);
    return [originalName, { dtype: 'F32', shape, data_offsets: [from, end] }] as const;
  });
  const header = JSON.stringify({ __metadata__: { format: 'keras' }, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
