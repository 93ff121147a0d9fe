import '@tensorflow/tfjs-backend-cpu';
import {
  type DataStorage,
  getKernel,
  type KernelBackend,
  type KernelFunc,
  type NamedAttrMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

interface CpuBackend extends KernelBackend {
  readonly data: DataStorage<{ readonly values: Float32Array }>;
  makeTensorInfo(shape: readonly number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
const valuesOf = (backend: CpuBackend, tensor: TensorInfo) => backend.data.get(tensor.dataId).values;

/** What one of the backend's own kernels makes of an image or a volume, [batch, ...size, channels]. */
function forward(backend: CpuBackend, name: string, x: readonly number[], values: Float32Array, attrs: NamedAttrMap) {
  const input = backend.makeTensorInfo(x, 'float32', values);
  const inputs = { x: input, images: input };
  const output = getKernel(name, 'cpu').kernelFunc({ inputs, attrs, backend }) as TensorInfo;
  return valuesOf(backend, output);
}

/** Of a linear op, the same for each image and channel: its matrix, which it makes of the identity, times dy. */
const linear =
  (name: string): KernelFunc =>
  ({ inputs, attrs = {}, backend: given }) => {
    const backend = given as CpuBackend;
    const dy = inputs.dy!;
    const { shape } = (inputs.input ?? inputs.images)!;
    const [batch, size, channels] = [shape[0], shape.slice(1, -1), shape.at(-1)];
    const [places, outputs] = [product(size), product(dy.shape.slice(1, -1))];
    const identity = new Float32Array(places * places);
    for (let i = 0; i < places; i++) identity[i * places + i] = 1;
    const matrix = forward(backend, name, [places, ...size, 1], identity, { ...attrs, size: dy.shape.slice(1, 3) });
    const gradient = valuesOf(backend, dy);
    const sums = new Float64Array(batch * places * channels);
    for (const [at, weight] of matrix.entries()) {
      if (weight === 0) continue;
      const [place, output] = [Math.floor(at / outputs), at % outputs];
      for (let n = 0; n < batch; n++)
        for (let c = 0; c < channels; c++)
          sums[(n * places + place) * channels + c] += weight * gradient[(n * outputs + output) * channels + c];
    }
    return backend.makeTensorInfo(shape, 'float32', Float32Array.from(sums));
  };

/** Of maxima: dy goes to the place that wins, the first of equal ones. The winners are the maxima of the places' ranks. */
const ofMaxima =
  (name: string): KernelFunc =>
  ({ inputs, attrs = {}, backend: given }) => {
    const backend = given as CpuBackend;
    const x = inputs.input!;
    const values = valuesOf(backend, x);
    const places = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || b - a);
    const ranks = new Float32Array(places.length);
    for (const [rank, place] of places.entries()) ranks[place] = rank;
    const winners = forward(backend, name, x.shape, ranks, attrs);
    const gradient = valuesOf(backend, inputs.dy!);
    const sums = new Float64Array(values.length);
    for (const [output, rank] of winners.entries()) sums[places[rank]] += gradient[output];
    return backend.makeTensorInfo(x.shape, 'float32', Float32Array.from(sums));
  };

const GRADIENTS: Readonly<Record<string, KernelFunc>> = {
  AvgPoolGrad: linear('AvgPool'),
  AvgPool3DGrad: linear('AvgPool3D'),
  MaxPool3DGrad: ofMaxima('MaxPool3D'),
  ResizeBilinearGrad: linear('ResizeBilinear'),
  ResizeNearestNeighborGrad: linear('ResizeNearestNeighbor'),
};

/** The gradients that the cpu backend of version 4.22 computes wrongly, for some shapes. */
export const WRONG_ON_CPU: readonly string[] = Object.keys(GRADIENTS);

/** Replaces a kernel of the cpu backend. */
export function replaceOnCpu(kernelName: string, kernelFunc: KernelFunc): void {
  unregisterKernel(kernelName, 'cpu');
  registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
}

/** Gives the cpu backend right gradients in their place, which follow from its forward kernels: those are right. */
export function registerRightGradients(): void {
  for (const [name, kernel] of Object.entries(GRADIENTS)) replaceOnCpu(name, kernel);
}
