import { armOf } from '../contenders';
import type { Measured } from '../measure';
import { PAPER } from '../paper';
import type { Estimate } from '../score-names';
import { ARM_COLORS, type Figure, makeFigure, PLOT_WIDTH } from './figure';

const TITLES = { dice: 'Dice on test images with lesions, %', auc: 'AUC on all test images, %' } as const;

/** What the paper says of a contender, in percent: of a U-Net at its smaller and its larger size. */
function paperFigure(one: Measured, all: readonly Measured[]): number | undefined {
  if (armOf(one) === 'T1+T2+T3') return PAPER.threeTasks.dice;
  if (armOf(one) !== 'U-Net') return undefined;
  const sizes = all.filter((other) => armOf(other) === 'U-Net').map(({ config }) => config.size);
  if (sizes.length !== 2) return undefined;
  return PAPER.unet[one.config.size === Math.min(...sizes) ? 256 : 512];
}

/** Means with their intervals and every seed, one line a contender. */
export async function forestChart(score: 'dice' | 'auc', measured: readonly Measured[]): Promise<Figure | null> {
  const rows = measured.flatMap((one) => {
    const estimate: Estimate | null = one.scores[score];
    return estimate === null ? [] : [{ one, estimate }];
  });
  if (rows.length === 0) return null;
  const means = rows.map(({ one, estimate }) => ({
    label: one.label,
    arm: armOf(one),
    mean: 100 * estimate.mean,
    low: 100 * (estimate.low ?? estimate.mean),
    high: 100 * (estimate.high ?? estimate.mean),
  }));
  const seeds = rows.flatMap(({ one, estimate }) =>
    estimate.perSeed.map((value) => ({ label: one.label, arm: armOf(one), value: 100 * value })),
  );
  const paper = rows.flatMap(({ one }) => {
    const value = score === 'dice' ? paperFigure(one, measured) : undefined;
    return value === undefined ? [] : [{ label: one.label, value }];
  });
  const y = { field: 'label', type: 'nominal', title: null, sort: means.map(({ label }) => label) } as const;
  const color = { field: 'arm', type: 'nominal', scale: ARM_COLORS, legend: null } as const;
  const x = { type: 'quantitative', title: TITLES[score], scale: { zero: false, nice: true } } as const;
  return makeFigure(
    {
      name: `${score}-overview`,
      title: score === 'dice' ? 'Segmentation: Dice' : 'Classification: AUC',
      alt: means
        .map(({ label, mean, low, high }) => `${label}: ${mean.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`)
        .join('; '),
      caption:
        'Dot and line: mean over seeds and its 95 % bootstrap interval over images; strokes: single seeds' +
        (paper.length > 0 ? '; cross: what the paper reports, on other images at 256 and 512 pixels.' : '.'),
    },
    {
      width: PLOT_WIDTH - 40,
      height: { step: 26 },
      layer: [
        {
          data: { values: means },
          mark: { type: 'rule', strokeWidth: 2.5 },
          encoding: { y, color, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
        {
          data: { values: seeds },
          mark: { type: 'tick', thickness: 1.5, size: 14, opacity: 0.6 },
          encoding: { y, color, x: { ...x, field: 'value' } },
        },
        {
          data: { values: means },
          mark: { type: 'point', filled: true, size: 90, opacity: 1 },
          encoding: { y, color, x: { ...x, field: 'mean' } },
        },
        {
          data: { values: paper },
          mark: { type: 'point', shape: 'cross', angle: 45, filled: true, color: '#222222', size: 70, opacity: 1 },
          encoding: { y, x: { ...x, field: 'value' } },
        },
      ],
    },
  );
}
