import type { Images } from '../images/images';
import { openImages } from '../images/images';
import type { ExperimentTask, RunConfig } from '../records';
import { fillVgg16 } from '../training/pretrained/fill-vgg16';
import { pooledFeatures } from '../training/pretrained/pooled-features';
import { buildOnVgg16 } from '../training/pretrained/vgg16-model';

export interface FeatureOptions {
  readonly data: string;
  readonly out: string;
  /** The file of the encoder's weights; null for drawn ones. */
  readonly weights: string | null;
}

const SEED = 1;

/** What the frozen encoder makes of images at a size, by their ids: the same that the classifier of a run on it sees. */
export async function featuresAt(
  size: number,
  ids: readonly string[],
  { data, out, weights }: FeatureOptions,
): Promise<Map<string, Float32Array>> {
  const tasks: readonly ExperimentTask[] = ['classification'];
  const model = buildOnVgg16({ tasks, size, norm: 'none', reconstructionSkips: true, seed: SEED } as RunConfig);
  try {
    if (weights !== null) await fillVgg16(model, weights);
    const { dataset, infos }: Images = await openImages({ data, phantoms: 0 }, size);
    const places = new Map(infos.map(({ id }, i) => [id, i]));
    const indices = ids.map((id) => places.get(id) as number);
    const rows = await pooledFeatures(model, dataset, indices, out);
    return new Map(ids.map((id, i) => [id, rows[i]]));
  } finally {
    model.dispose();
  }
}
