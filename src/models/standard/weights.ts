import { io, util } from '@tensorflow/tfjs-core';
import type { Copied } from './form';
import { formOf } from './forms';
import type { Replaced } from './replaced';

interface Weight {
  readonly spec: io.WeightsManifestEntry;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The weights of a saved net, by their names and in their order. */
export type Weights = ReadonlyMap<string, Weight>;

const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

/** Reads the weights of artifacts; undefined where they are quantized or have no fixed size. */
export function readWeights({ weightSpecs = [], weightData }: io.ModelArtifacts): Weights | undefined {
  if (weightSpecs.some(({ dtype, quantization }) => quantization !== undefined || !(dtype in BYTES))) return undefined;
  const data = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const spec of weightSpecs) {
    const end = at + util.sizeFromShape(spec.shape) * BYTES[spec.dtype];
    weights.set(spec.name, { spec, bytes: data.slice(at, end) });
    at = end;
  }
  return weights;
}

/** The inverse of {@link readWeights}. */
export function writeWeights(weights: Weights): Required<Pick<io.ModelArtifacts, 'weightSpecs' | 'weightData'>> {
  const all = [...weights.values()];
  return {
    weightSpecs: all.map(({ spec }) => spec),
    weightData: io.CompositeArrayBuffer.join(all.map(({ bytes }) => bytes.buffer)),
  };
}

const floats = (values: Float32Array<ArrayBuffer>, name: string, shape: readonly number[]): Weight => ({
  spec: { name, shape: [...shape], dtype: 'float32' },
  bytes: new Uint8Array(values.buffer),
});

/** The weights of the standard layers in the place of a layer, as copies of its own. */
function copiesOf({ name, className, weights, inputs }: Replaced): readonly Copied[] {
  const shapes = Object.entries(weights).map(([weight, shape]) => [weight.slice(name.length + 1), shape] as const);
  const copies = shapes.length === 0 ? undefined : formOf(className)?.weights?.(Object.fromEntries(shapes), inputs);
  return (copies ?? []).map((copy) => ({ ...copy, name: `${name}/${copy.name}`, from: `${name}/${copy.from}` }));
}

/** Puts other weights in the place of some: where the first of those was. */
function replace(weights: Weights, old: ReadonlySet<string>, others: readonly Weight[]): Weights {
  const [first] = [...weights.keys()].filter((name) => old.has(name));
  return new Map(
    [...weights].flatMap(([name, weight]) => {
      if (!old.has(name)) return [[name, weight] as const];
      return name === first ? others.map((other) => [other.spec.name, other] as const) : [];
    }),
  );
}

/** The layer of a weight: what its name has before the last slash. */
const layerOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** As many values as there are bytes for; another number than the weight has is refused when it is checked. */
function fromBase64(text: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/**
 * Puts the weights of the standard layers in the place of those of a layer, where they are there, and says what must be
 * kept of the layer besides. `standard`: the names of the layers that the net now has.
 */
export function toStandardWeights(
  weights: Weights,
  layer: Replaced,
  standard: ReadonlySet<string>,
): { readonly weights: Weights; readonly layer: Replaced } {
  const copies = copiesOf(layer).filter(({ name, from }) => weights.has(from) && standard.has(layerOf(name)));
  const sizes = Object.entries(layer.weights).map(([name, shape]) => [name, util.sizeFromShape([...shape])] as const);
  const seen = new Map(sizes.map(([name, size]) => [name, new Uint8Array(size)]));
  const made = copies.map(({ name, shape, from, place }) => {
    const source = new Float32Array((weights.get(from) as Weight).bytes.buffer);
    const covered = seen.get(from) as Uint8Array;
    const values = Float32Array.from({ length: util.sizeFromShape([...shape]) }, (_, i) => {
      const at = place(i);
      if (at < 0) return 0;
      covered[at] = 1;
      return source[at];
    });
    return floats(values, name, shape);
  });
  const partly = [...seen].filter(([name, covered]) => weights.has(name) && covered.includes(0));
  const kept = Object.fromEntries(partly.map(([name]) => [name, toBase64((weights.get(name) as Weight).bytes)]));
  return {
    weights: replace(weights, new Set(Object.keys(layer.weights)), made),
    layer: partly.length === 0 ? layer : { ...layer, kept },
  };
}

/**
 * Puts the weights of a layer in the place of those of the standard layers. Undefined where these are not copies of any:
 * trained without this library, say.
 */
export function toOwnWeights(weights: Weights, layer: Replaced): Weights | undefined {
  const copies = copiesOf(layer).filter(({ name }) => weights.has(name));
  const made = new Map(Object.entries(layer.kept ?? {}).map(([name, text]) => [name, fromBase64(text)]));
  for (const { name, from, place } of copies) {
    const source = new Float32Array((weights.get(name) as Weight).bytes.buffer);
    const values = made.get(from) ?? new Float32Array(util.sizeFromShape([...layer.weights[from]])).fill(Number.NaN);
    for (const [i, value] of source.entries()) {
      const at = place(i);
      const expected = at < 0 ? 0 : values[at];
      if (Number.isNaN(expected)) values[at] = value;
      else if (!Object.is(expected, value)) return undefined;
    }
    made.set(from, values);
  }
  const others = [...made].map(([name, values]) => floats(values, name, layer.weights[name]));
  return replace(weights, new Set(copies.map(({ name }) => name)), others);
}
