/**
 * Models to other runtimes: ONNX.
 *
 * @module tfjs-multitask/export
 */

export { type ToOnnxOptions, toOnnx } from './onnx/to-onnx';
export type { Exportable, ExportOptions, Layout } from './options';
