/** The loss of one sample in float64, by plain loops: `y` and `p` are its pixels, classes innermost. */
export type Oracle = (y: readonly number[], p: readonly number[], classes: number) => number;

const clip = (p: number) => Math.min(Math.max(p, 1e-7), 1 - 1e-7);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function elementMean(of: (y: number, p: number, c: number) => number): Oracle {
  return (y, p, classes) => {
    let total = 0;
    for (let i = 0; i < y.length; i++) total += of(y[i], p[i], i % classes);
    return total / y.length;
  };
}

/** Cross-entropy of a coin. */
function entropy(y: number, p: number): number {
  return -(y * Math.log(clip(p)) + (1 - y) * Math.log(1 - clip(p)));
}

function entropyOfLogit(y: number, x: number): number {
  return Math.max(x, 0) - x * y + Math.log1p(Math.exp(-Math.abs(x)));
}

export const mseOracle = elementMean((y, p) => (y - p) ** 2);
export const maeOracle = elementMean((y, p) => Math.abs(y - p));

export const huberOracle = (delta: number): Oracle =>
  elementMean((y, p) => {
    const error = Math.abs(y - p);
    return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
  });

export const pinballOracle = (quantiles: readonly number[]): Oracle =>
  elementMean((y, p, c) => Math.max(quantiles[c] * (y - p), (quantiles[c] - 1) * (y - p)));

export function marginOracle(present: number, absent: number, absentWeight: number): Oracle {
  const mean = elementMean(
    (y, p) => y * Math.max(0, present - p) ** 2 + absentWeight * (1 - y) * Math.max(0, p - absent) ** 2,
  );
  return (y, p, classes) => classes * mean(y, p, classes);
}

export function ordinalOracle({ weights = [1, 1, 1], fromLogits = false } = {}): Oracle {
  const of = fromLogits ? entropyOfLogit : entropy;
  const mean = elementMean((y, p, c) => weights[c] * of(y, p));
  return (y, p, classes) => classes * mean(y, p, classes);
}

export function bceOracle({ labelSmoothing = 0, posWeight = [1, 1, 1], fromLogits = false } = {}): Oracle {
  const of = fromLogits ? entropyOfLogit : entropy;
  return elementMean((y, p, c) => {
    const label = y + labelSmoothing * (0.5 - y);
    return posWeight[c] * label * of(1, p) + (1 - label) * of(0, p);
  });
}

export function binaryFocalOracle({
  alpha = null as number | null,
  gamma = 2,
  classWeights = [1, 1, 1],
  fromLogits = false,
} = {}): Oracle {
  return elementMean((y, x, c) => {
    const p = fromLogits ? sigmoid(x) : x;
    const right = y * p + (1 - y) * (1 - p);
    const weight = alpha === null ? 1 : y * alpha + (1 - y) * (1 - alpha);
    return classWeights[c] * weight * (1 - right) ** gamma * (fromLogits ? entropyOfLogit(y, x) : entropy(y, p));
  });
}

/** The mean over pixels of a function of one pixel's labels and log-probabilities. */
function pixelMean(fromLogits: boolean, of: (y: readonly number[], logP: readonly number[]) => number): Oracle {
  return (y, p, classes) => {
    const pixels = y.length / classes;
    let total = 0;
    for (let i = 0; i < pixels; i++) {
      const row = p.slice(i * classes, (i + 1) * classes);
      const weights = fromLogits ? row.map((x) => Math.exp(x - Math.max(...row))) : row;
      const sum = weights.reduce((a, b) => a + b, 0);
      const logP = fromLogits
        ? row.map((x) => x - Math.max(...row) - Math.log(sum))
        : weights.map((w) => Math.log(clip(sum === 0 ? 1 / classes : w / sum)));
      total += of(y.slice(i * classes, (i + 1) * classes), logP);
    }
    return total / pixels;
  };
}

export function crossEntropyOracle({ labelSmoothing = 0, classWeights = [1, 1, 1], fromLogits = false } = {}): Oracle {
  return pixelMean(fromLogits, (y, logP) =>
    y.reduce(
      (total, label, c) =>
        total - classWeights[c] * (label * (1 - labelSmoothing) + labelSmoothing / y.length) * logP[c],
      0,
    ),
  );
}

export function categoricalFocalOracle({ alpha = 1 as number | number[], gamma = 2, fromLogits = false } = {}): Oracle {
  return pixelMean(fromLogits, (y, logP) =>
    y.reduce((total, label, c) => {
      const weight = typeof alpha === 'number' ? alpha : alpha[c];
      return total - weight * label * (1 - Math.exp(logP[c])) ** gamma * logP[c];
    }, 0),
  );
}

interface Counts {
  both: number;
  target: number;
  predicted: number;
}

function countClasses(y: readonly number[], p: readonly number[], classes: number, power: number): Counts[] {
  const counts = Array.from({ length: classes }, () => ({ both: 0, target: 0, predicted: 0 }));
  for (let i = 0; i < y.length; i++) {
    const count = counts[i % classes];
    // For hard labels these are the same; for shares, squares take the product and sums the lesser.
    count.both += power === 2 ? y[i] * p[i] : Math.min(y[i], p[i]);
    count.target += y[i] ** power;
    count.predicted += p[i] ** power;
  }
  return counts;
}

interface OverlapSettings {
  power?: number;
  includeBackground?: boolean;
  average?: 'macro' | 'micro' | 'sum';
  absent?: 'smooth' | 'zero' | 'skip';
  classWeights?: readonly number[];
}

function overlap(
  of: (counts: Counts) => number,
  {
    power = 1,
    includeBackground = true,
    average = 'macro',
    absent = 'smooth',
    classWeights = [1, 1, 1],
  }: OverlapSettings,
): Oracle {
  return (y, p, classes) => {
    let counts = countClasses(y, p, classes, power);
    if (!includeBackground) counts = counts.slice(1);
    if (average === 'micro') {
      const pooled = { both: 0, target: 0, predicted: 0 };
      for (const key of ['both', 'target', 'predicted'] as const) for (const c of counts) pooled[key] += c[key];
      counts = [pooled];
    }
    let total = 0;
    let divisor = 0;
    for (const [c, count] of counts.entries()) {
      const missing = count.target === 0;
      if (!(missing && absent !== 'smooth')) total += classWeights[c] * of(count);
      if (!(missing && absent === 'skip')) divisor++;
    }
    return average === 'sum' || divisor === 0 ? total : total / divisor;
  };
}

export function diceOracle({ numerator = 1, denominator = 1, ...rest }: DiceSettings = {}): Oracle {
  return overlap((c) => 1 - (2 * c.both + numerator) / (c.target + c.predicted + denominator), rest);
}
type DiceSettings = OverlapSettings & { numerator?: number; denominator?: number };

export function tverskyOracle({
  alpha = 0.3,
  beta = 0.7,
  exponent = 1,
  numerator = 1,
  denominator = 1,
  ...rest
}: DiceSettings & { alpha?: number; beta?: number; exponent?: number } = {}): Oracle {
  return overlap((c) => {
    const onlyPredicted = c.predicted - c.both;
    const onlyTarget = c.target - c.both;
    const ratio = (c.both + numerator) / (c.both + alpha * onlyPredicted + beta * onlyTarget + denominator);
    return (1 - ratio) ** exponent;
  }, rest);
}

export function generalizedDiceOracle({ weightType = 'square', smooth = 1e-5, includeBackground = true } = {}): Oracle {
  return (y, p, classes) => {
    const counts = countClasses(y, p, classes, 1).slice(includeBackground ? 0 : 1);
    const exponent = { square: 2, simple: 1, uniform: 0 }[weightType] as number;
    const finite = counts.filter((c) => c.target > 0 || exponent === 0).map((c) => c.target ** -exponent);
    const heaviest = Math.max(0, ...finite);
    let above = 0;
    let below = 0;
    for (const c of counts) {
      const weight = c.target > 0 || exponent === 0 ? c.target ** -exponent : heaviest;
      above += weight * c.both;
      below += weight * (c.target + c.predicted);
    }
    return 1 - (2 * above + smooth) / (below + smooth);
  };
}

/** 1 minus the Jaccard index of a mask whose pixels in `missed` are predicted wrong, and the others right. */
function jaccardLoss(y: readonly number[], missed: readonly number[]): number {
  const wrong = new Set(missed);
  const union = y.filter((label, i) => label === 1 || wrong.has(i)).length;
  const both = y.filter((label, i) => label === 1 && !wrong.has(i)).length;
  return union === 0 ? 0 : 1 - both / union;
}

/** The Lovász extension by its definition: sets of missed pixels grow by one, each counted anew. */
function lovaszOf(y: readonly number[], errors: readonly number[], cost: (error: number) => number): number {
  const order = [...errors.keys()].sort((a, b) => errors[b] - errors[a]);
  return order.reduce((total, place, i) => {
    const growth = jaccardLoss(y, order.slice(0, i + 1)) - jaccardLoss(y, order.slice(0, i));
    return total + cost(errors[place]) * growth;
  }, 0);
}

const ofClass = (values: readonly number[], c: number, classes: number) => values.filter((_, i) => i % classes === c);

export function lovaszHingeOracle({ fromLogits = false } = {}): Oracle {
  return (y, p, classes) => {
    const x = fromLogits ? p : p.map((each) => Math.log(clip(each)) - Math.log(1 - clip(each)));
    const errors = y.map((label, i) => 1 - (label === 1 ? x[i] : -x[i]));
    let total = 0;
    for (let c = 0; c < classes; c++) {
      total += lovaszOf(ofClass(y, c, classes), ofClass(errors, c, classes), (error) => Math.max(error, 0));
    }
    return total / classes;
  };
}

export const lovaszSoftmaxOracle: Oracle = (y, p, classes) => {
  const errors = y.map((label, i) => Math.abs(label - p[i]));
  const held = [...Array(classes).keys()].filter((c) => ofClass(y, c, classes).includes(1));
  const total = held.reduce(
    (sum, c) => sum + lovaszOf(ofClass(y, c, classes), ofClass(errors, c, classes), (error) => error),
    0,
  );
  return total / Math.max(held.length, 1);
};
