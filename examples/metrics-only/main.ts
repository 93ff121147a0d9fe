// Metrics alone: no model, no trainer, no tensor, no backend. Two readers' scores of the same patients are compared, and
// a segmentation is measured in millimetres.
import type { NDArray } from 'tfjs-multitask';
import {
  auc,
  calibrationError,
  delongInterval,
  delongTest,
  dicePerImage,
  hausdorff,
  interval,
  score,
  sensitivityAtSpecificity,
  surfaceDice,
} from 'tfjs-multitask/metrics';

const labels = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const readerA = [
  0.9, 0.8, 0.85, 0.6, 0.7, 0.95, 0.4, 0.75, 0.1, 0.2, 0.3, 0.15, 0.5, 0.35, 0.05, 0.25, 0.45, 0.6, 0.2, 0.3,
];
const readerB = [
  0.7, 0.6, 0.9, 0.3, 0.5, 0.8, 0.35, 0.55, 0.4, 0.2, 0.6, 0.1, 0.5, 0.65, 0.3, 0.25, 0.45, 0.7, 0.1, 0.4,
];

/** A disc of value 1 on an image of 64 x 64. */
function disc(row: number, column: number, radius: number): NDArray {
  const data = new Uint8Array(64 * 64);
  for (let i = 0; i < data.length; i++) {
    if (Math.hypot(Math.floor(i / 64) - row, (i % 64) - column) <= radius) data[i] = 1;
  }
  return { data, shape: [1, 64, 64, 1] };
}

async function main(): Promise<void> {
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
  console.log('AUC of reader A:', percent(await score(auc(), labels, readerA)));

  const bootstrap = await score(interval(auc(), { seed: 1 }), labels, readerA);
  const delong = await score(delongInterval(), labels, readerA);
  console.log(`  bootstrap interval: ${percent(bootstrap.low)} to ${percent(bootstrap.high)}, n = ${bootstrap.n}`);
  console.log(`  DeLong interval:    ${percent(delong.low)} to ${percent(delong.high)}`);

  const test = await delongTest(labels, readerA, readerB);
  console.log(`Reader A against reader B: difference ${percent(test.difference)}, p = ${test.p.toFixed(3)}`);

  const point = await score(sensitivityAtSpecificity(0.9), labels, readerA);
  console.log(`Sensitivity at a specificity of 90 %: ${percent(point.value)}, at the threshold ${point.threshold}`);
  console.log('Expected calibration error:', percent(await score(calibrationError(), labels, readerA)));

  const [truth, prediction] = [disc(32, 32, 15), disc(34, 35, 14)];
  const spacing = [0.7, 0.7];
  console.log('Dice:', (await score(dicePerImage(), truth, prediction)).value.toFixed(3));
  const distance = await score(hausdorff({ percentile: 95, spacing }), truth, prediction);
  console.log(`95th percentile of the Hausdorff distance: ${distance.value.toFixed(2)} mm`);
  const surface = await score(surfaceDice({ tolerance: 1, spacing }), truth, prediction);
  console.log(`Surface Dice at 1 mm: ${surface.value.toFixed(3)}`);
}

await main();
