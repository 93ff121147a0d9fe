import { median } from '../../packages/backend-simd/bench/median';
import type { Peak } from '../../packages/backend-simd/bench/peak';
import { milliseconds, speedAndShare, table } from '../../packages/backend-simd/bench/tables';
import type { ConvSpeed, Pass } from './convs';
import type { Growth } from './growth';
import { type Measurement, ratio, type Work } from './measure';
import type { Peer } from './options';
import type { Who } from './worker';

const NAMES: Readonly<Record<Who, string>> = { simd: 'simd', torch: 'PyTorch', wasm: 'wasm', node: 'tfjs-node' };
const MISSING = '-';

const sizeName = ({ size: { image, filters } }: Measurement): string => `${image}x${image}, ${filters} filters`;
const times = (value: number | undefined): string => (value === undefined ? '' : ` (${value.toFixed(2)}x)`);

/** Milliseconds of everyone; with the peers, how many times as long as simd they took. */
export function timeTable(work: Work, measured: readonly Measurement[], peers: readonly Peer[]): string {
  const head = [
    work === 'step' ? 'training step' : 'forward pass',
    ...['simd' as Who, ...peers].map((who) => NAMES[who]),
  ];
  const rows = measured.map((one) => [
    sizeName(one),
    ...(['simd', ...peers] as Who[]).map((who) => {
      const own = one.by[who]?.[work];
      if (own === undefined) return MISSING;
      return `${milliseconds(median(own))}${who === 'simd' ? '' : times(ratio(own, one.by.simd?.[work]))}`;
    }),
  ]);
  return table(head, rows);
}

/** Peak resident MiB of a step, in brackets how much of it came with the model, and both as ratios. */
export function memoryTable(measured: readonly Measurement[]): string {
  const rows = measured.map((one) => {
    const memories = [one.by.simd?.memory, one.by.torch?.memory].map(
      (memory) => memory && { peak: memory.peakMiB, own: memory.peakMiB - memory.beforeMiB },
    );
    const [ours, theirs] = memories;
    const cells = memories.map((memory) => (memory ? `${memory.peak.toFixed(0)} (${memory.own.toFixed(0)})` : MISSING));
    const ratios =
      ours && theirs ? `${(ours.peak / theirs.peak).toFixed(2)} (${(ours.own / theirs.own).toFixed(2)})` : MISSING;
    return [sizeName(one), ...cells, ratios];
  });
  return table(['training step', 'simd, MiB', 'PyTorch, MiB', 'simd / PyTorch'], rows);
}

/** Seconds and MiB of the paper's own model. */
export function fullTable(one: Measurement): string {
  const seconds = (ms: readonly number[] | undefined): string => (ms ? (median(ms) / 1000).toFixed(2) : MISSING);
  const rows = (['simd', 'torch'] as const).map((who) => {
    const own = one.by[who];
    return [NAMES[who], seconds(own?.forward), seconds(own?.step), own?.memory?.peakMiB.toFixed(0) ?? MISSING];
  });
  return table(['', 'forward of one image, s', 'step over 4 single images, s', 'peak, MiB'], rows);
}

const PASSES: readonly (readonly [Pass, string])[] = [
  ['forward', 'forward'],
  ['input', "input's gradient"],
  ['filter', "filter's gradient"],
];

/** GFLOP/s of each convolution and its share of the peak. */
export function convTable(convs: readonly ConvSpeed[], peak: Peak): string {
  const rows = convs.map(({ image, filter, upsampled, count, gflops }) => [
    image.join('x'),
    `${filter[0]}x${filter[1]}${upsampled ? ' behind a 2x upsampling' : ''}, ${filter[2]} to ${filter[3]}`,
    String(count),
    ...PASSES.map(([pass]) => speedAndShare(gflops[pass], peak)),
  ]);
  return table(['input', 'filter', 'in the model', ...PASSES.map(([, name]) => name)], rows);
}

/** Step times, and how many times the one before. */
export function growthTable(grown: readonly Growth[]): string {
  const rows = grown.map(({ what, value, size, threads, ms }, i) => {
    const before = grown[i - 1]?.what === what ? (ms / grown[i - 1].ms).toFixed(2) : '';
    const { image, filters, batch } = size;
    return [
      what,
      String(value),
      `${image}x${image}, ${filters} filters, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      milliseconds(ms),
      before,
    ];
  });
  return table(['what grows', 'to', 'at', 'step, ms', 'times the one before'], rows);
}
