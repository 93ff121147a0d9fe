// Backends that a program may install beside the library; it imports them only when asked to, and for their effects.
declare module '@tensorflow/tfjs-backend-webgl';
declare module '@tensorflow/tfjs-backend-webgpu';
declare module '#tfjs-node';
declare module '#tfjs-node-gpu';
declare module '#webgpu';
