import type { io } from '@tensorflow/tfjs-core';

/**
 * Where weights come from: a path (in Node) or an address, the bytes of a file, a file that a page was given, or an
 * IOHandler of TensorFlow.js.
 */
export type WeightSource = string | URL | ArrayBuffer | Uint8Array | Blob | io.IOHandler;
