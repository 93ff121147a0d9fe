import type { layers } from '@tensorflow/tfjs-layers';

/** The name of an activation that tfjs-layers knows: `'relu'`, `'elu'`, `'sigmoid'`, `'softmax'`, `'linear'`, ... */
export type Activation = Parameters<typeof layers.activation>[0]['activation'];
