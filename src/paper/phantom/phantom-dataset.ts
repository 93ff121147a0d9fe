import { checkChoice, checkInteger } from '../../internal/check';
import { checkArray, checkBoolean, checkRecord } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { random } from '../../internal/random';
import type { Dataset, Row } from '../../types';
import { type PhantomSource, phantomSources } from './acquisition';
import { type PhantomKind, phantomKinds } from './patterns';
import { type PhantomSlice, type PhantomSliceOptions, phantomSlice } from './phantom-slice';

/** The tasks of a {@link phantomDataset}. */
export type PhantomTask = 'reconstruction' | 'segmentation' | 'classification';

/** Options of {@link phantomDataset}. */
export interface PhantomDatasetOptions {
  /** Slices of each kind; a kind left out has none. Default: 104 with COVID-19, 136 of the others. */
  readonly counts?: { readonly [K in PhantomKind]?: number | undefined } | undefined;
  /** Slices of one patient. Default: 2. */
  readonly slices?: number | undefined;
  /** Pixels of a side. Default: 64. */
  readonly size?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** The sources that patients are spread over: the fewer, the easier to learn. Default: all. */
  readonly sources?: readonly PhantomSource[] | undefined;
  /** How many COVID-19 slices have a mask. Default: 100 in 449, as in the paper. */
  readonly masks?: number | undefined;
  /** Whether slices without COVID-19 have a mask, too: a known empty one. Default: false, their masks are unknown. */
  readonly emptyMasks?: boolean | undefined;
}

/** A {@link phantomDataset}, and its slices with all that is known about them. */
export interface PhantomDataset extends Dataset<PhantomTask> {
  slice(index: number): PhantomSlice;
}

const defaultCounts = { covid: 104, normal: 66, pneumonia: 20, oedema: 10, nodules: 14, cancer: 16, emphysema: 10 };

/**
 * A dataset of made-up chest CT slices for the three tasks of Amyar et al. (2020): reconstruction of the image,
 * segmentation of COVID-19 lesions (known for some of the COVID-19 slices only) and classification of COVID-19 (1)
 * against the rest (0).
 *
 * Slices are drawn when they are read, the same every time.
 *
 * x and reconstruction: Float32 `[size, size, 1]` in [0, 1]; segmentation: Uint8 `[size, size, 1]`; classification:
 * Float32 `[1]`. A row's group is its patient; its stratum its kind, and whether it has a mask.
 *
 * @throws {RangeError} for counts that are no whole numbers and for more masks than there are COVID-19 slices.
 * @example
 * ```ts
 * import { batches, split } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 60, normal: 40, pneumonia: 40 }, size: 64, masks: 20, seed: 1 });
 * const parts = split(dataset.rows, { fractions: { train: 0.7, validation: 0.1, test: 0.2 } });
 * const trainSet = batches(dataset, { indices: parts.train, balance: { segmentation: 1 } });
 * ```
 */
export function phantomDataset(options: PhantomDatasetOptions = {}): PhantomDataset {
  checkOptions(options, ['counts', 'slices', 'size', 'seed', 'sources', 'masks', 'emptyMasks'], 'phantomDataset');
  const {
    counts = defaultCounts,
    slices = 2,
    size = 64,
    seed = 0,
    sources = phantomSources,
    masks,
    emptyMasks = false,
  } = options;
  checkInteger(slices, 1, 'phantomDataset: slices');
  checkInteger(size, 16, 'phantomDataset: size');
  checkBoolean(emptyMasks, 'phantomDataset: emptyMasks');
  checkRecord(counts, 'phantomDataset: counts');
  checkArray(sources, 'phantomDataset: sources');
  for (const kind of Object.keys(counts) as PhantomKind[]) {
    if (!phantomKinds.includes(kind)) {
      throw new RangeError(`phantomDataset: counts has no kind '${kind}'; the kinds are ${phantomKinds.join(', ')}.`);
    }
    checkInteger(counts[kind] as number, 0, `phantomDataset: counts.${kind}`);
  }
  for (const source of sources) checkChoice(source, phantomSources, 'phantomDataset: sources');
  if (sources.length === 0) throw new RangeError('phantomDataset: sources must name at least one, got none.');
  const infected = counts.covid ?? 0;
  const masked = masks === undefined ? Math.round((infected * 100) / 449) : masks;
  checkInteger(masked, 0, 'phantomDataset: masks');
  if (masked > infected) {
    throw new RangeError(`phantomDataset: masks must be at most counts.covid (${infected}), got ${masked}.`);
  }

  // Masks go to whole patients, as far as their number allows.
  const patients = Array.from({ length: Math.ceil(infected / slices) }, (_, patient) => patient);
  const order = random(seed, 'masks').shuffle(patients);
  const maskRank = (patient: number, slice: number): number => order.indexOf(patient) * slices + slice;
  const known = new Set(
    Array.from({ length: infected }, (_, i) => i)
      .sort((a, b) => maskRank(Math.floor(a / slices), a % slices) - maskRank(Math.floor(b / slices), b % slices))
      .slice(0, masked),
  );

  const rows: Row<PhantomTask>[] = [];
  const drawn: Required<PhantomSliceOptions>[] = [];
  phantomKinds.forEach((kind, k) => {
    for (let i = 0; i < (counts[kind] ?? 0); i++) {
      const [ofKind, slice] = [Math.floor(i / slices), i % slices];
      const hasMask = kind === 'covid' ? known.has(i) : emptyMasks;
      const group = `${kind}-${ofKind}`;
      rows.push({
        id: `${group}-${slice}`,
        tasks: hasMask ? ['reconstruction', 'segmentation', 'classification'] : ['reconstruction', 'classification'],
        group,
        stratum: kind === 'covid' && hasMask ? 'covid with mask' : kind,
      });
      // No two kinds share a patient, whatever the counts are.
      const patient = ofKind * phantomKinds.length + k;
      const source = sources[random(seed, 'source', patient).integer(sources.length)];
      drawn.push({ seed, patient, slice, kind, source, size });
    }
  });

  const slice = (index: number): PhantomSlice => {
    if (!drawn[index]) {
      throw new RangeError(`phantomDataset: index must lie in 0 .. ${drawn.length - 1}, got ${index}.`);
    }
    return phantomSlice(drawn[index]);
  };
  return {
    rows,
    slice,
    async read(index) {
      const { image, mask, kind } = slice(index);
      const classification = { data: Float32Array.of(kind === 'covid' ? 1 : 0), shape: [1] };
      const hasMask = rows[index].tasks.includes('segmentation');
      return {
        x: image,
        y: { reconstruction: image, classification, ...(hasMask ? { segmentation: mask } : {}) },
      };
    },
  };
}
