import { type backend_util, type DataType, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { isNode } from '../../../internal/environment';
import type { GpuBackend } from '../../choose/gpu-info';
import type { FoundAdapter } from './adapter';

type DataId = TensorInfo['dataId'];
type Values = backend_util.BackendValues;

/** A shader and how many workgroups run it, as tfjs's backend takes it. */
export interface Program {
  readonly variableNames: string[];
  /** How many floats a variable's elements hold. */
  readonly variableComponents?: number[];
  readonly outputComponent?: number;
  readonly outputShape: number[];
  /** Fields of the uniforms in WGSL, each with a comma after it. */
  readonly uniforms: string;
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { readonly x: number[]; readonly y?: number[]; readonly z?: number[] };
  readonly dispatch: [number, number, number];
  /** Programs of one key share their shader: the key tells all that the code depends on. */
  readonly shaderKey: string;
  getUserCode(): string;
}

/** The values of a program's uniforms, in the order of their fields. */
export type Uniforms = readonly { readonly type: 'int32' | 'float32'; readonly data: readonly number[] }[];

/** What tfjs's webgpu backend has beyond the interface of all backends, as far as it is used here. */
export interface OfficialBackend extends KernelBackend {
  readonly tensorMap: {
    get(dataId: DataId): { readonly shape: number[]; readonly dtype: DataType; values: Values | null };
  };
  uploadToGPU(dataId: DataId): void;
  makeTensorInfo(shape: number[], dtype: DataType, values?: Values): TensorInfo;
  runWebGPUProgram(
    program: Program,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms?: Uniforms,
    output?: TensorInfo,
  ): TensorInfo;
}

export type OfficialClass = new (device: GPUDevice, info: GPUAdapterInfo) => OfficialBackend;

/** tfjs's backend, which reports why its GPU failed. */
export interface WebgpuBackend extends OfficialBackend, GpuBackend {
  /** Why it can compute no more. */
  readonly failure: Error | undefined;
}

const AGAIN =
  "What was on it is gone: call useBackend('webgpu') again, rebuild the model and resume from its last checkpoint.";

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** Makes the backend over `device`, a subclass of tfjs's. */
export function createWebgpuBackend(
  Base: OfficialClass,
  device: GPUDevice,
  { gpu, adapter, info }: FoundAdapter,
): WebgpuBackend {
  let failure: Error | undefined;
  /** Ends the reads that still wait. */
  const waiting = new Set<(reason: Error) => void>();
  const fail = (reason: string): void => {
    failure ??= new Error(`webgpu: ${reason} ${AGAIN}`);
    for (const reject of waiting) reject(failure);
  };
  void device.lost.then(({ reason, message }) => fail(`the GPU ${info.name} was lost (${reason}): ${message}.`));
  // WebGPU goes on after a command that it refuses, with wrong numbers.
  device.addEventListener('uncapturederror', ({ error }) => {
    fail(`the GPU ${info.name} refused a command (${error.constructor.name}): ${error.message}.`);
  });
  const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const limit = device.limits.maxBufferSize === most ? 'maxBufferSize' : 'maxStorageBufferBindingSize';

  class Backend extends Base implements WebgpuBackend {
    readonly gpuInfo = info;
    /** Dawn lives as long as this is held. */
    readonly gpu = gpu;

    get failure(): Error | undefined {
      return failure;
    }

    override uploadToGPU(dataId: DataId): void {
      const { shape, dtype } = this.tensorMap.get(dataId);
      const bytes = util.sizeFromShape(shape) * (dtype === 'complex64' ? 8 : 4);
      if (bytes > most) {
        throw new RangeError(
          `webgpu: a tensor of shape [${shape}] needs ${mebibytes(bytes)}, and ${info.name} allows ${mebibytes(most)} in one ` +
            `buffer (${limit} ${most}). Take a smaller batch with accumulate, smaller images or fewer filters.`,
        );
      }
      super.uploadToGPU(dataId);
    }

    override runWebGPUProgram(...call: Parameters<OfficialBackend['runWebGPUProgram']>): TensorInfo {
      if (failure !== undefined) throw failure;
      return super.runWebGPUProgram(...call);
    }

    override read(dataId: DataId): Promise<Values> {
      return new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        waiting.add(reject);
        super
          .read(dataId)
          .then(
            (values) => resolve(values),
            // The loss of the device may be told after the reads that it ends.
            (error) => setTimeout(() => reject(failure ?? error)),
          )
          .finally(() => waiting.delete(reject));
      });
    }

    override readSync(dataId: DataId): Values {
      const { values } = this.tensorMap.get(dataId);
      if (values == null && isNode()) {
        throw new Error('webgpu: in Node a tensor on the GPU cannot be read at once: await its data().');
      }
      return super.readSync(dataId);
    }

    override dispose(): void {
      super.dispose();
      device.destroy();
    }
  }

  return new Backend(device, adapter.info);
}
