/**
 * Models to other runtimes: ONNX, Keras 3, PyTorch.
 *
 * @module tfjs-multitask/export
 */

export { toKeras } from './keras/to-keras';
export { type ToOnnxOptions, toOnnx } from './onnx/to-onnx';
export type { Exportable, ExportOptions, Layout } from './options';
export { type ToSafetensorsOptions, toSafetensors } from './torch/to-safetensors';
