import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Address, NONE } from './abi/kernel';
import type { Runtime } from './runtime/runtime';

type DataId = TensorInfo['dataId'];
type Values = backend_util.BackendValues;
type Numbers = Float32Array | Int32Array | Uint8Array;

/** An image of shape [batch, height, width, channels] each of whose pixels stands for `factorY` by `factorX` of them. */
interface Repeated {
  readonly kind: 'repeated';
  readonly from: Address;
  readonly shape: readonly number[];
  readonly factorY: number;
  readonly factorX: number;
}

/** Two images of one size, the channels of the second behind the `firstChannels` of the first. */
interface Joined {
  readonly kind: 'joined';
  readonly first: Address;
  readonly second: Address;
  readonly firstChannels: number;
}

/** The gradient of the input of a 2x2 convolution padded to the same size, of what is at two addresses. */
interface InputGradient {
  readonly kind: 'inputGradient';
  readonly dy: Address;
  readonly filter: Address;
  /** The channels of dy. */
  readonly filters: number;
}

/** What the numbers of a tensor will be. A kernel that knows may not need them. */
type Deferred = Repeated | Joined | InputGradient;

/** Numbers that are made when they are asked for, if they ever are. */
interface Pending {
  readonly what: Deferred;
  readonly shape: readonly number[];
  /** Addresses of the numbers they are made of. */
  readonly sources: readonly Address[];
  readonly make: (to: Address) => void;
}

/** What wasm kernels ask of the backend. */
export interface SimdBackend {
  readonly runtime: Runtime;
  /** A tensor in the wasm memory, its numbers not set. */
  output(shape: readonly number[], dtype: DataType): TensorInfo;
  /** A tensor of floats that `make` writes when they are asked for. Until then the backend keeps what lies at `sources`. */
  defer(shape: readonly number[], what: Deferred, sources: readonly Address[], make: (to: Address) => void): TensorInfo;
  /** What a tensor is, as long as nobody has asked for its numbers. */
  deferred(tensor: TensorInfo): Deferred | undefined;
  /** Forgets which outputs have been made so far; `dropOutputs` then disposes those made since. */
  keepOutputs(): void;
  dropOutputs(): void;
  /** The address of a tensor's numbers, copied into the wasm memory if a JavaScript kernel or the user made them. */
  address(tensor: TensorInfo): Address;
  /** The address of numbers that are to change in place: what is deferred keeps those of before. */
  addressToChange(tensor: TensorInfo): Address;
  /** A tensor's numbers, read in place: not to be kept. */
  view(tensor: TensorInfo): Numbers;
  /** Another tensor over the same numbers. */
  alias(tensor: TensorInfo, shape: readonly number[]): TensorInfo;
  disposeIntermediateTensorInfo(tensor: TensorInfo): void;
}

const bytesOf = (dtype: DataType): number => (dtype === 'bool' ? 1 : 4);

function viewOf(memory: WebAssembly.Memory, address: Address, length: number, dtype: DataType): Numbers {
  if (dtype === 'float32') return new Float32Array(memory.buffer, address, length);
  if (dtype === 'int32') return new Int32Array(memory.buffer, address, length);
  return new Uint8Array(memory.buffer, address, length);
}

/** One tensor's data: numbers in the wasm memory (`address` is set), values that JavaScript made, or deferred numbers. */
class Data {
  refCount: number;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  readonly dtype: DataType;
  address = NONE;
  length = 0;
  pending: Pending | undefined;
  readonly #runtime: Runtime;
  #values: Values | undefined;

  constructor(runtime: Runtime, dtype: DataType, values: Values | undefined, refCount: number) {
    this.#runtime = runtime;
    this.dtype = dtype;
    this.#values = values;
    this.refCount = refCount;
  }

  get values(): Values | undefined {
    this.materialize();
    if (this.#values === undefined && this.address !== NONE)
      this.#values = viewOf(this.#runtime.memory, this.address, this.length, this.dtype);
    return this.#values;
  }

  /** Makes the numbers that were deferred. */
  materialize(): void {
    if (!this.pending) return;
    const { heap } = this.#runtime;
    const address = heap.allocate(this.length * bytesOf(this.dtype));
    try {
      this.pending.make(address);
    } catch (error) {
      heap.release(address);
      throw error;
    }
    this.release();
    this.moveTo(address, this.length);
  }

  /** Gives up the memory that is held: the numbers, or what they would be made of. */
  release(): void {
    const { heap } = this.#runtime;
    for (const source of this.pending?.sources ?? []) heap.release(source);
    this.pending = undefined;
    if (this.address === NONE) return;
    heap.release(this.address);
    this.moveTo(NONE, 0);
  }

  moveTo(address: Address, length: number): void {
    this.address = address;
    this.length = length;
    this.#values = undefined;
  }
}

/** Views of the wasm memory must not outlive their tensor, so data made from one is copied. */
function owned(values: Values): Values {
  const buffer = (values as Partial<Numbers> | undefined)?.buffer;
  return buffer !== undefined && !(buffer instanceof ArrayBuffer) ? (values as Numbers).slice() : values;
}

/** Makes the backend over `runtime`, a subclass of the cpu backend's class, whose kernels read its tensors without a copy. */
export function createBackend(Base: typeof MathBackendCPU, runtime: Runtime): MathBackendCPU & SimdBackend {
  class Backend extends Base implements SimdBackend {
    readonly runtime = runtime;
    #nextId = 0;
    readonly #outputs: DataId[] = [];

    #add(data: Data): DataId {
      const dataId = { id: this.#nextId++ };
      this.data.set(dataId, data as never);
      return dataId;
    }

    #output(data: Data, shape: readonly number[]): TensorInfo {
      const dataId = this.#add(data);
      this.#outputs.push(dataId);
      return { dataId, shape: shape as number[], dtype: data.dtype };
    }

    #get(dataId: DataId): Data {
      return this.data.get(dataId) as unknown as Data;
    }

    override write(values: Values, _shape: number[], dtype: DataType): DataId {
      return this.#add(new Data(runtime, dtype, owned(values), 1));
    }

    override move(dataId: DataId, values: Values, _shape: number[], dtype: DataType, refCount: number): void {
      this.data.set(dataId, new Data(runtime, dtype, owned(values), refCount) as never);
    }

    override readSync(dataId: DataId): Values {
      const data = this.#get(dataId);
      data.materialize();
      return data.address === NONE ? super.readSync(dataId) : (data.values as Numbers).slice();
    }

    override async read(dataId: DataId): Promise<Values> {
      const data = this.#get(dataId);
      data.materialize();
      if (data.address === NONE) return super.readSync(dataId);
      // Meanwhile the tensor may be disposed, or change in place: its numbers are kept until they are read.
      const { address, length, dtype } = data;
      runtime.heap.retain(address);
      try {
        await runtime.settled();
        return viewOf(runtime.memory, address, length, dtype).slice();
      } finally {
        runtime.heap.release(address);
      }
    }

    override disposeData(dataId: DataId, force = false): boolean {
      const data = this.data.has(dataId) ? this.#get(dataId) : undefined;
      const gone = super.disposeData(dataId, force);
      if (gone) data?.release();
      return gone;
    }

    override memory() {
      return {
        unreliable: false,
        reasons: [],
        numBytesInHeap: runtime.heap.used(),
        numBytesReserved: runtime.heap.size(),
      };
    }

    override dispose(): void {
      runtime.dispose();
    }

    output(shape: readonly number[], dtype: DataType): TensorInfo {
      const length = util.sizeFromShape(shape as number[]);
      const data = new Data(runtime, dtype, undefined, 1);
      data.moveTo(runtime.heap.allocate(length * bytesOf(dtype)), length);
      return this.#output(data, shape);
    }

    defer(
      shape: readonly number[],
      what: Deferred,
      sources: readonly Address[],
      make: (to: Address) => void,
    ): TensorInfo {
      const data = new Data(runtime, 'float32', undefined, 1);
      data.length = util.sizeFromShape(shape as number[]);
      data.pending = { what, shape, sources, make };
      for (const source of sources) runtime.heap.retain(source);
      return this.#output(data, shape);
    }

    deferred(tensor: TensorInfo): Deferred | undefined {
      const { pending } = this.#get(tensor.dataId);
      return pending && util.arraysEqual(pending.shape as number[], tensor.shape) ? pending.what : undefined;
    }

    keepOutputs(): void {
      this.#outputs.length = 0;
    }

    dropOutputs(): void {
      for (const dataId of this.#outputs.splice(0)) this.disposeData(dataId, true);
    }

    address(tensor: TensorInfo): Address {
      const data = this.#get(tensor.dataId);
      data.materialize();
      if (data.address === NONE) {
        const values = data.values as Numbers;
        const address = runtime.heap.allocate(values.length * bytesOf(data.dtype));
        viewOf(runtime.memory, address, values.length, data.dtype).set(values);
        data.moveTo(address, values.length);
      }
      return data.address;
    }

    addressToChange(tensor: TensorInfo): Address {
      const from = this.address(tensor);
      if (!runtime.heap.isShared(from)) return from;
      const data = this.#get(tensor.dataId);
      const to = runtime.heap.allocate(data.length * bytesOf(data.dtype));
      viewOf(runtime.memory, to, data.length, data.dtype).set(viewOf(runtime.memory, from, data.length, data.dtype));
      data.moveTo(to, data.length);
      runtime.heap.release(from);
      return to;
    }

    view(tensor: TensorInfo): Numbers {
      return this.#get(tensor.dataId).values as Numbers;
    }

    alias(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
      this.incRef(tensor.dataId);
      return { dataId: tensor.dataId, shape: shape as number[], dtype: tensor.dtype };
    }
  }
  return new Backend();
}
