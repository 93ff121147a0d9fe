import { random } from 'tfjs-multitask/data';
import { armOf } from '../contenders';
import type { Measured } from '../measure';
import { ARM_COLORS, type Figure, makeFigure, PLOT_WIDTH } from './figure';

/** Dice of every test image with a lesion, over its quartiles. */
export async function diceDistribution(measured: readonly Measured[]): Promise<Figure | null> {
  const { uniform } = random(1, 'jitter');
  const points = measured.flatMap((one) =>
    [...one.diceByImage.values()].map((dice) => ({ label: one.label, arm: armOf(one), dice, jitter: uniform(-1, 1) })),
  );
  if (points.length === 0) return null;
  const boxes = measured.flatMap(({ label, diceQuartiles }) => {
    if (diceQuartiles === null) return [];
    const [low, median, high] = diceQuartiles;
    return [{ label, low, median, high }];
  });
  const y = { field: 'label', type: 'nominal', title: null, sort: boxes.map(({ label }) => label) } as const;
  const x = { type: 'quantitative', title: 'Dice of an image, mean over seeds', scale: { domain: [0, 1] } } as const;
  const color = { field: 'arm', type: 'nominal', scale: ARM_COLORS, legend: null } as const;
  return makeFigure(
    {
      name: 'dice-distribution',
      title: 'Dice of each test image with a lesion',
      alt: boxes
        .map(
          ({ label, low, median, high }) =>
            `${label}: median ${median.toFixed(2)}, quartiles ${low.toFixed(2)} and ${high.toFixed(2)}`,
        )
        .join('; '),
      caption: 'One dot an image; box: from the lower to the upper quartile; line in it: the median.',
    },
    {
      width: PLOT_WIDTH - 40,
      height: { step: 34 },
      layer: [
        {
          data: { values: boxes },
          mark: { type: 'bar', height: 24, color: '#dddddd' },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
        {
          data: { values: boxes },
          mark: { type: 'tick', size: 24, thickness: 2.5, color: '#222222' },
          encoding: { y, x: { ...x, field: 'median' } },
        },
        {
          data: { values: points },
          mark: { type: 'circle', size: 16, opacity: 0.75 },
          encoding: {
            y,
            yOffset: { field: 'jitter', type: 'quantitative', scale: { domain: [-1.6, 1.6] } },
            x: { ...x, field: 'dice' },
            color,
          },
        },
      ],
    },
  );
}
