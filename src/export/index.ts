/**
 * Models to other runtimes: ONNX, Keras 3, PyTorch; and a model card.
 *
 * @module tfjs-multitask/export
 */

export { toKeras } from './keras/to-keras';
export { type CardScore, type ModelCardOptions, modelCard } from './model-card';
export { type ToOnnxOptions, toOnnx } from './onnx/to-onnx';
export type { Exportable, ExportOptions, Layout } from './options';
export { type ToSafetensorsOptions, toSafetensors } from './torch/to-safetensors';
