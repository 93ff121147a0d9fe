import type { WeightNames } from '../assign/weight-names';

/** Published weights that are on this computer. */
export interface PretrainedWeights {
  readonly name: string;
  /** Where they are published. */
  readonly url: string;
  /** The path of the file, or its content in a browser. */
  readonly file: string | Blob;
  /** Which tensor is which weight of the encoder. */
  readonly from: WeightNames | 'name';
  /** Layers of the file that no encoder has. */
  readonly ignore: readonly string[];
}
