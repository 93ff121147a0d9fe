/**
 * Support-vector machines on features of images, with calibrated probabilities. Without TensorFlow.js: what is trained
 * predicts anywhere.
 *
 * @module tfjs-multitask/svm
 */

export type { KernelName } from './kernel';
export { loadSvm, type Svm, type SvmData } from './svm';
export { type SvmOptions, type SvmSamples, trainSvm } from './train-svm';
