import type { Attack } from './attack';
import { aborts } from './kinds/aborts';
import { checkpoints } from './kinds/checkpoints';
import { damage } from './kinds/damage';
import { demo } from './kinds/demo';
import { disk } from './kinds/disk';
import { exported } from './kinds/exports';
import { fullDisk } from './kinds/full-disk';
import { images } from './kinds/images';
import { kills } from './kinds/kills';
import { manifests } from './kinds/manifests';
import { models } from './kinds/models';
import { nonsense } from './kinds/nonsense';
import { weights } from './kinds/weights';

/** Every kind, in the order of the table. */
export const attacks: readonly Attack[] = [
  kills,
  demo,
  aborts,
  disk,
  fullDisk,
  damage,
  manifests,
  images,
  models,
  checkpoints,
  weights,
  exported,
  nonsense,
];
