import type { layers } from '@tensorflow/tfjs-layers';

/** What every tfjs layer takes: `name`, `trainable`, `inputShape`, ... */
export type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;
