// The tiny model in plain float64 arithmetic: what the trainer's numbers are compared with.

export interface TinyWeights {
  /** [2][2], input to shared. */
  s: number[][];
  a: number[];
  b: number[];
}

export interface TinyData {
  x: number[][];
  y: { a?: number[]; b?: number[] };
  weight?: { a?: number[]; b?: number[] };
}

export const tinyWeights = (s = [1, 0, 0, 1], a = [1, 1], b = [1, -1]): TinyWeights => ({
  s: [s.slice(0, 2), s.slice(2)],
  a: [...a],
  b: [...b],
});

export const flat = ({ s, a, b }: TinyWeights): number[] => [...s.flat(), ...a, ...b];

export const unflat = (v: number[]): TinyWeights => ({
  s: [v.slice(0, 2), v.slice(2, 4)],
  a: v.slice(4, 6),
  b: v.slice(6, 8),
});

/** Each task's weighted mean square, and the gradient of their weighted sum. */
export function tinyGradient(
  weights: TinyWeights,
  { x, y, weight = {} }: TinyData,
  factor = { a: 1, b: 1 },
): { losses: { a?: number; b?: number }; gradient: number[] } {
  const gradient = tinyWeights([0, 0, 0, 0], [0, 0], [0, 0]);
  const losses: { a?: number; b?: number } = {};
  for (const task of ['a', 'b'] as const) {
    const labels = y[task];
    if (labels === undefined) continue;
    const w = weight[task] ?? labels.map(() => 1);
    const total = w.reduce((sum, v) => sum + v, 0);
    if (total === 0) continue;
    let loss = 0;
    x.forEach((row, n) => {
      if (w[n] === 0) return;
      const hidden = [0, 1].map((j) => row[0] * weights.s[0][j] + row[1] * weights.s[1][j]);
      const error = hidden[0] * weights[task][0] + hidden[1] * weights[task][1] - labels[n];
      loss += (w[n] / total) * error ** 2;
      const slope = (factor[task] * 2 * error * w[n]) / total;
      for (let j = 0; j < 2; j++) {
        gradient[task][j] += slope * hidden[j];
        for (let i = 0; i < 2; i++) gradient.s[i][j] += slope * weights[task][j] * row[i];
      }
    });
    losses[task] = loss;
  }
  return { losses, gradient: flat(gradient) };
}

/** Adam as in Kingma and Ba, 2015, algorithm 1, with the epsilon of tfjs. */
export function adamOracle(rate: number, epsilon = 1e-7, beta1 = 0.9, beta2 = 0.999) {
  let m: number[] = [];
  let v: number[] = [];
  let t = 0;
  return (weights: number[], gradient: number[]): number[] => {
    t++;
    m = gradient.map((g, i) => beta1 * (m[i] ?? 0) + (1 - beta1) * g);
    v = gradient.map((g, i) => beta2 * (v[i] ?? 0) + (1 - beta2) * g * g);
    return weights.map(
      (w, i) => w - (rate * (m[i] / (1 - beta1 ** t))) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon),
    );
  };
}
