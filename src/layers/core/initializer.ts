import { initializers } from '@tensorflow/tfjs-layers';
import { deriveSeed } from '../../internal/random';

type Initializer = ReturnType<typeof initializers.heNormal>;

/** The seed of one layer: different layers of one model must not start from the same numbers. */
export function layerSeed(seed: number | undefined, layerName: string): number | undefined {
  return seed === undefined ? undefined : deriveSeed(seed, layerName);
}

/** For kernels before ReLU and ELU. Source: He, Zhang, Ren, Sun, 2015, doi:10.1109/ICCV.2015.123. */
export function heNormal(seed: number | undefined, layerName: string): Initializer {
  return initializers.heNormal({ seed: layerSeed(seed, layerName) });
}

/** For output kernels. Source: Glorot, Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html. */
export function glorotUniform(seed: number | undefined, layerName: string): Initializer {
  return initializers.glorotUniform({ seed: layerSeed(seed, layerName) });
}
