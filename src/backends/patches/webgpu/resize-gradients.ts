import type { TensorInfo } from '@tensorflow/tfjs-core';
import { bilinear, nearest, type PixelsOf, type ResizeAttrs } from '../shared/resize-gradients';
import type { OfficialBackend } from './backend';
import { runFlat } from './flat-program';
import { runWebgpuKernel, webgpuKernel } from './kernel';

/** `[outputs, inputs]`: what each output of one axis takes of each input. */
function resizeMatrix(
  backend: OfficialBackend,
  inputs: number,
  outputs: number,
  attrs: ResizeAttrs,
  sources: PixelsOf,
): TensorInfo {
  const values = new Float32Array(outputs * inputs);
  for (const [output, { low, high, part }] of sources(inputs, outputs, attrs, Math.fround).entries()) {
    values[output * inputs + low] += 1 - part;
    values[output * inputs + high] += part;
  }
  return backend.makeTensorInfo([1, outputs, inputs], 'float32', values);
}

/** The gradient of repeating every pixel `rows` times down and `columns` times across: the sum over the repetitions. */
function addRepetitions(backend: OfficialBackend, dy: TensorInfo, shape: readonly number[]): TensorInfo {
  const [, height, width, channels] = shape;
  const fours = channels % 4 === 0;
  const rows = dy.shape[1] / height;
  const columns = dy.shape[2] / width;
  return runFlat(backend, {
    key: 'addRepetitions',
    inputs: { dy },
    outputShape: [...shape],
    fours,
    uniforms: { shape: [rows, columns, width, channels / (fours ? 4 : 1)] },
    code: `
    let rows = uniforms.shape.x;
    let columns = uniforms.shape.y;
    let channels = uniforms.shape.w;
    let pixel = i / channels;
    let line = columns * uniforms.shape.z;
    let first = (pixel / uniforms.shape.z * rows * line + pixel % uniforms.shape.z * columns) * channels + i % channels;
    var sum = ${fours ? 'vec4<f32>(0.0)' : '0.0'};
    for (var row = 0; row < rows; row++) {
      for (var column = 0; column < columns; column++) { sum += dy[first + (row * line + column) * channels]; }
    }
    result[i] = sum;`,
  });
}

/** Resizing is a product with a matrix along each axis, so its gradient is one with the same matrices transposed. */
function resizeGradient(
  backend: OfficialBackend,
  dy: TensorInfo,
  shape: readonly number[],
  attrs: ResizeAttrs,
  sources: PixelsOf,
): TensorInfo {
  const [batch, height, width, channels] = shape;
  const [, rows, columns] = dy.shape;
  const down = resizeMatrix(backend, height, rows, attrs, sources);
  const across = resizeMatrix(backend, width, columns, attrs, sources);
  const transposed = { transposeA: true, transposeB: false };
  const lines = { ...dy, shape: [batch, rows, columns * channels] };
  const upright = runWebgpuKernel(backend, 'BatchMatMul', { a: down, b: lines }, transposed);
  const pixels = { ...upright, shape: [batch * height, columns, channels] };
  const result = runWebgpuKernel(backend, 'BatchMatMul', { a: across, b: pixels }, transposed);
  for (const { dataId } of [down, across, upright]) backend.disposeData(dataId);
  return { ...result, shape: [...shape] };
}

export const resizeNearestNeighborGrad = webgpuKernel<'images' | 'dy', ResizeAttrs>(
  'ResizeNearestNeighborGrad',
  ({ inputs: { images, dy }, attrs, backend }) => {
    const whole = [1, 2].every((axis) => dy.shape[axis] % images.shape[axis] === 0);
    return whole && !attrs.alignCorners
      ? addRepetitions(backend, dy, images.shape)
      : resizeGradient(backend, dy, images.shape, attrs, nearest);
  },
);

export const resizeBilinearGrad = webgpuKernel<'images' | 'dy', ResizeAttrs>(
  'ResizeBilinearGrad',
  ({ inputs: { images, dy }, attrs, backend }) => resizeGradient(backend, dy, images.shape, attrs, bilinear),
);
