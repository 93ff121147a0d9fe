import { checkChoice, checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { type Random, random } from '../../internal/random';
import type { NDArray } from '../../types';
import { createScan, degrade, expose, type PhantomSource, paintTable, phantomSources, viewOf } from './acquisition';
import { emptyBody } from './body';
import { paintBones } from './bones';
import { chestWall, paintChestWall } from './chest-wall';
import { type LesionFields, lesionTypes, renderLesions } from './lesions';
import { lungsOf } from './lungs';
import { paintDomes, paintMediastinum } from './mediastinum';
import { lungDensity } from './parenchyma';
import { createPatient } from './patient';
import { lesionsOf, type PhantomKind, phantomKinds } from './patterns';
import { smoothNoise } from './smooth-noise';

/** Options of {@link phantomSlice}. */
export interface PhantomSliceOptions {
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** Which patient of that seed. Default: 0. */
  readonly patient?: number | undefined;
  /** Which slice of that patient. Default: 0. */
  readonly slice?: number | undefined;
  /** Default: `'covid'`. */
  readonly kind?: PhantomKind | undefined;
  /** Default: drawn for the patient, whatever the kind. */
  readonly source?: PhantomSource | undefined;
  /** Pixels of a side. Default: 64. */
  readonly size?: number | undefined;
}

/** What {@link phantomSlice} draws: an image with exact labels. */
export interface PhantomSlice {
  /** Grey values in [0, 1], `[size, size, 1]`. */
  readonly image: NDArray;
  /** 1 where COVID-19 has a lesion, `[size, size, 1]`: all 0 for other kinds. */
  readonly mask: NDArray;
  /** 1 for each of {@link lesionTypes} that fills the pixel, whatever the disease; `[size, size, 3]`. */
  readonly lesionMasks: NDArray;
  /** 1 in the lungs and the pleural space, `[size, size, 1]`. */
  readonly lungs: NDArray;
  /** Lesion area over lung area, in [0, 1], whatever the disease. */
  readonly severity: number;
  readonly kind: PhantomKind;
  readonly source: PhantomSource;
  readonly patient: number;
}

/** Labels of the pixels of which at least half is lung and at least half lesion. */
function label(
  { cover: { groundGlass, consolidation, effusion } }: LesionFields,
  lungShare: Float32Array,
  covid: boolean,
) {
  const types = lesionTypes.length;
  const mask = new Uint8Array(lungShare.length);
  const lungs = new Uint8Array(lungShare.length);
  const lesionMasks = new Uint8Array(lungShare.length * types);
  let lungArea = 0;
  let lesionArea = 0;
  for (let i = 0; i < lungShare.length; i++) {
    lungArea += lungShare[i];
    if (lungShare[i] < 0.5) continue;
    lungs[i] = 1;
    // Fluid hides what it surrounds, and a consolidation the haze around it.
    const type = effusion[i] >= 0.5 ? 2 : consolidation[i] >= 0.5 ? 1 : groundGlass[i] >= 0.5 ? 0 : -1;
    if (type < 0) continue;
    lesionMasks[i * types + type] = 1;
    if (covid) mask[i] = 1;
    lesionArea += lungShare[i];
  }
  return { mask, lungs, lesionMasks, severity: lesionArea / lungArea };
}

/**
 * Draws one chest CT slice of a made-up patient, with exact labels.
 *
 * The body is drawn in millimetres and Hounsfield units, seen through the window, crop, noise and frame of a source.
 * All of it is a function of the options: (`seed`, `patient`) determine the anatomy, the extent of the disease and the
 * source; `slice` the level and the lesions there. The same slice at another `size` shows the same body in coarser or
 * finer pixels. A label's border is where half of a pixel is lesion: the very fields that darken the image.
 *
 * @throws {RangeError} for a size below 16 and for an unknown kind or source.
 * @example
 * ```ts
 * import { phantomSlice } from 'tfjs-multitask/paper';
 *
 * const { image, mask, severity } = phantomSlice({ seed: 1, patient: 3, kind: 'covid', size: 128 });
 * ```
 */
export function phantomSlice(options: PhantomSliceOptions = {}): PhantomSlice {
  checkOptions(options, ['seed', 'patient', 'slice', 'kind', 'source', 'size'], 'phantomSlice');
  const { seed = 0, patient: index = 0, slice = 0, kind = 'covid', source, size = 64 } = options;
  checkInteger(size, 16, 'phantomSlice: size');
  checkInteger(index, 0, 'phantomSlice: patient');
  checkInteger(slice, 0, 'phantomSlice: slice');
  checkChoice(kind, phantomKinds, 'phantomSlice: kind');
  if (source !== undefined) checkChoice(source, phantomSources, 'phantomSlice: source');

  const stream = (name: string): Random => random(seed, name, index, slice);
  const patient = createPatient(seed, index);
  const from = source ?? phantomSources[random(seed, 'source', index).integer(phantomSources.length)];
  const scan = createScan(from, random(seed, 'scan', index));
  const z = stream('level').uniform(0.04, 0.98);
  const noise = smoothNoise(stream('texture'));

  const wall = chestWall(patient, z);
  const lungs = lungsOf(patient, z, wall.cage);
  const body = emptyBody(viewOf(scan, size, wall.skin, wall.cage));
  const { canvas, hu, lung } = body;
  paintTable(body, wall.skin, random(seed, 'table', index));
  paintChestWall(body, wall, noise);

  // The lungs are painted whole and set into the rib cage; what comes next takes its share of their pixels.
  canvas.fill(wall.cage, (i, coverage) => {
    lung[i] = coverage;
  });
  const lesions = renderLesions(canvas, lesionsOf(kind, lungs, patient, z, noise, stream('lesions')), noise);
  const { thickness } = scan;
  const density = lungDensity({ body, patient, z, kind, wall, lungs, lesions, noise, thickness, stream });
  for (let i = 0; i < hu.length; i++) hu[i] += lung[i] * (density[i] - hu[i]);
  paintMediastinum(body, patient, z, stream('mediastinum'));
  paintDomes(body, patient, z);
  paintBones(body, wall, patient, z, stream('bones'));
  degrade(body, scan, stream('noise'));

  const { mask, lungs: lungMask, lesionMasks, severity } = label(lesions, lung, kind === 'covid');
  return {
    image: { data: expose(body, scan), shape: [size, size, 1] },
    mask: { data: mask, shape: [size, size, 1] },
    lesionMasks: { data: lesionMasks, shape: [size, size, lesionTypes.length] },
    lungs: { data: lungMask, shape: [size, size, 1] },
    severity,
    kind,
    source: from,
    patient: index,
  };
}
