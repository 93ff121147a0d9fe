import { joinBytes } from '../../internal/join-bytes';
import { type ProtoField, protoFields, protoNumbers } from './protobuf';

/** A tensor of an ONNX graph, as stored. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The number of a type in ONNX. */
  readonly type: number;
  /** Little-endian. */
  readonly raw: Uint8Array | undefined;
  /** Numbers in fields of their own, in place of `raw`: little-endian, of 4 or 8 bytes. */
  readonly packed: Uint8Array | undefined;
  /** Integers in fields of their own. */
  readonly integers: readonly number[];
  readonly isExternal: boolean;
}

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers and single numbers by name. */
  readonly attributes: ReadonlyMap<string, number>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

const decoder = new TextDecoder();
const text = ({ bytes }: ProtoField): string => decoder.decode(bytes);

function readTensor(message: Uint8Array): OnnxTensor {
  const tensor = { name: '', shape: [] as number[], type: 0, isExternal: false };
  const integers: number[] = [];
  const packed: Uint8Array[] = [];
  let raw: Uint8Array | undefined;
  for (const field of protoFields(message)) {
    if (field.number === 1) tensor.shape.push(...protoNumbers(field));
    else if (field.number === 2) tensor.type = field.value;
    else if (field.number === 4 || field.number === 10) packed.push(field.bytes);
    else if (field.number === 5) for (const number of protoNumbers(field)) integers.push(number);
    else if (field.number === 8) tensor.name = text(field);
    else if (field.number === 9) raw = field.bytes;
    else if (field.number === 14) tensor.isExternal = field.value === 1;
  }
  return { ...tensor, raw, packed: packed.length === 0 ? undefined : joinBytes(packed), integers };
}

function readAttribute(message: Uint8Array): readonly [name: string, value: number] {
  let name = '';
  let value = 0;
  for (const field of protoFields(message)) {
    if (field.number === 1) name = text(field);
    else if (field.number === 3) value = field.value;
    else if (field.number === 2 && field.bytes.length === 4) {
      value = new DataView(field.bytes.buffer, field.bytes.byteOffset).getFloat32(0, true);
    }
  }
  return [name, value];
}

function readNode(message: Uint8Array): OnnxNode {
  const node = { name: '', type: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, number>();
  for (const field of protoFields(message)) {
    if (field.number === 1) inputs.push(text(field));
    else if (field.number === 2) outputs.push(text(field));
    else if (field.number === 3) node.name = text(field);
    else if (field.number === 4) node.type = text(field);
    else if (field.number === 5) attributes.set(...readAttribute(field.bytes));
  }
  return { ...node, inputs, outputs, attributes };
}

/** Whether a file begins as a model of ONNX does, with the version of the format. */
export function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1] > 0 && bytes[1] < 0x40;
}

/** @throws {RangeError} where it is torn, or no model of ONNX; it does not name the file. */
export function readOnnxGraph(model: Uint8Array): OnnxGraph {
  let graph: Uint8Array | undefined;
  for (const { number, bytes } of protoFields(model)) if (number === 7) graph = bytes;
  if (graph === undefined) throw new RangeError('it has no graph');
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  for (const { number, bytes } of protoFields(graph)) {
    if (number === 1) nodes.push(readNode(bytes));
    else if (number === 5) initializers.push(readTensor(bytes));
  }
  return { nodes, initializers };
}
