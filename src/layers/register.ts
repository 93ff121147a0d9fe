import { serialization } from '@tensorflow/tfjs-core';
import { AttentionGate } from './attention-gate';
import { BilinearUpsampling } from './bilinear-upsampling';
import { CapsuleLength } from './capsules/capsule-length';
import { CapsuleRouting } from './capsules/capsule-routing';
import { MaskCapsules } from './capsules/mask-capsules';
import { Squash } from './capsules/squash';
import { GroupNorm } from './norm/group-norm';
import { InstanceNorm } from './norm/instance-norm';
import { SeededDropout } from './seeded-dropout';
import { CrossStitch } from './sharing/cross-stitch';
import { ExpertMixture } from './sharing/expert-mixture';
import { Film } from './sharing/film';
import { ParameterDistance } from './sharing/parameter-distance';
import { RepeatBatch } from './sharing/repeat-batch';
import { SliceBatch } from './sharing/slice-batch';
import { SubspaceMix } from './sharing/subspace-mix';
import { StopGradient } from './stop-gradient';

/**
 * Makes this library's layers known to tfjs, so that `tf.loadLayersModel` can read a net that was saved with them: one
 * that is not a multitask model's, or has layers with no standard form.
 *
 * The builders register what they make, and `loadMultitask` all of them. To go on training a multitask model load it
 * with `loadMultitask`.
 *
 * @example
 * ```ts
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 * import { registerLayers } from 'tfjs-multitask/layers';
 *
 * registerLayers();
 * const net = await loadLayersModel('https://example.org/model.json');
 * ```
 */
export function registerLayers(): void {
  serialization.registerClass(AttentionGate);
  serialization.registerClass(BilinearUpsampling);
  serialization.registerClass(CapsuleLength);
  serialization.registerClass(CapsuleRouting);
  serialization.registerClass(CrossStitch);
  serialization.registerClass(ExpertMixture);
  serialization.registerClass(Film);
  serialization.registerClass(GroupNorm);
  serialization.registerClass(InstanceNorm);
  serialization.registerClass(MaskCapsules);
  serialization.registerClass(ParameterDistance);
  serialization.registerClass(RepeatBatch);
  serialization.registerClass(SeededDropout);
  serialization.registerClass(SliceBatch);
  serialization.registerClass(Squash);
  serialization.registerClass(StopGradient);
  serialization.registerClass(SubspaceMix);
}
