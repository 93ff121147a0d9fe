/**
 * A backend in WebAssembly for any TensorFlow.js program: a package of its own, which tfjs-multitask is bundled with.
 *
 * @module tfjs-backend-simd
 */

export { registerSimdBackend, type SimdOptions } from './register';
