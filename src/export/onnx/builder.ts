import type { Shape } from '@tensorflow/tfjs-layers';
import { unique } from '../../internal/unique';
import { type Bytes, bytes, float, inside, integer, message, text } from '../../internal/write-protobuf';
import type { End, Weight } from '../graph/graph';

/** An attribute of a node: an integer, integers, a text, or a number in single precision. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

// Numbers of fields and types in onnx.proto.
const FLOAT = 1;
const INT64 = 7;

function attribute(name: string, value: Attribute): Bytes {
  const typed = (type: number, ...fields: Bytes[]) => inside(5, message(text(1, name), ...fields, integer(20, type)));
  if (typeof value === 'number') return typed(2, integer(3, value));
  if (typeof value === 'string') return typed(3, text(4, value));
  if ('float' in value) return typed(1, float(2, value.float));
  return typed(7, ...value.map((each) => integer(8, each)));
}

function tensor(name: string, shape: readonly number[], type: number, raw: Uint8Array): Bytes {
  return inside(5, message(...shape.map((size) => integer(1, size)), integer(2, type), text(8, name), bytes(9, raw)));
}

/** A value's type and shape; a size that is not known has a name. */
function valueInfo(field: number, name: string, shape: Shape): Bytes {
  const sizes = shape.map((size, i) => inside(1, size === null ? text(2, dimensionName(name, i)) : integer(1, size)));
  const type = message(integer(1, FLOAT), inside(2, message(...sizes)));
  return inside(field, message(text(1, name), inside(2, inside(1, type))));
}

const dimensionName = (name: string, axis: number): string => (axis === 0 ? 'batch' : `${name}_size${axis}`);

const raw = (values: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A graph of ONNX that is being written. Values are known by their names. */
export interface OnnxBuilder {
  /** Adds a node and returns its output's name, which begins with `name`. */
  add(name: string, type: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Adds a node whose output has this very name. */
  addNamed(
    output: string,
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): void;
  /** A weight, once for each name. */
  weight(name: string, weight: Weight): string;
  /** A list of integers. */
  integers(values: readonly number[]): string;
  /** The graph's message. */
  finish(name: string, inputs: readonly End[], outputs: readonly End[]): Bytes;
}

/** `ends`: names of inputs and outputs, which no other value gets. */
export function onnxBuilder(ends: readonly string[]): OnnxBuilder {
  const nodes: Bytes[] = [];
  const initializers = new Map<string, Bytes>();
  const free = unique();
  for (const name of ends) free(name);
  const addNamed: OnnxBuilder['addNamed'] = (output, type, inputs, attributes = {}) => {
    nodes.push(
      inside(
        1,
        message(
          ...inputs.map((input) => text(1, input)),
          text(2, output),
          text(3, output),
          text(4, type),
          ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
        ),
      ),
    );
  };
  return {
    addNamed,
    add(name, type, inputs, attributes) {
      const output = free(`${name}/${type}`);
      addNamed(output, type, inputs, attributes);
      return output;
    },
    weight(name, { shape, values }) {
      if (!initializers.has(name)) initializers.set(name, tensor(name, shape, FLOAT, raw(values)));
      return name;
    },
    integers(values) {
      const name = `[${values}]`;
      const stored = BigInt64Array.from(values, BigInt);
      if (!initializers.has(name)) initializers.set(name, tensor(name, [values.length], INT64, raw(stored)));
      return name;
    },
    finish(name, inputs, outputs) {
      return message(
        ...nodes,
        text(2, name),
        ...initializers.values(),
        ...inputs.map(({ name: end, value }) => valueInfo(11, end, value.shape)),
        ...outputs.map(({ name: end, value }) => valueInfo(12, end, value.shape)),
      );
    },
  };
}
