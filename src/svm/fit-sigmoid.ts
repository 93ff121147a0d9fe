/** Probabilities of decision values f: `1 / (1 + exp(a f + b))`. */
export interface Sigmoid {
  readonly a: number;
  readonly b: number;
}

const MOST_STEPS = 100;
const RIDGE = 1e-12;
const GRADIENT = 1e-10;

export function applySigmoid({ a, b }: Sigmoid, decision: number): number {
  const x = a * decision + b;
  return x >= 0 ? Math.exp(-x) / (1 + Math.exp(-x)) : 1 / (1 + Math.exp(x));
}

/** The cross entropy of the sigmoid's probabilities with targets, without cancellation. */
function objective({ a, b }: Sigmoid, decisions: ArrayLike<number>, targets: readonly number[]): number {
  return targets.reduce((sum, target, i) => {
    const x = a * decisions[i] + b;
    return sum + (x >= 0 ? target * x + Math.log1p(Math.exp(-x)) : (target - 1) * x + Math.log1p(Math.exp(x)));
  }, 0);
}

/**
 * Fits the sigmoid to decision values of samples that were not trained on, by Newton's method with backtracking. The targets are
 * not 0 and 1 but what Bayes' rule expects of as many samples: `(n1 + 1) / (n1 + 2)` and `1 / (n0 + 2)`.
 *
 * Source: Platt, "Probabilistic outputs for support vector machines", 1999; Lin, Lin, Weng, "A note on Platt's probabilistic outputs for
 * support vector machines", 2007, doi:10.1007/s10994-007-5018-6.
 */
export function fitSigmoid(decisions: ArrayLike<number>, labels: readonly number[]): Sigmoid {
  const positive = labels.filter((label) => label === 1).length;
  const negative = labels.length - positive;
  const targets = labels.map((label) => (label === 1 ? (positive + 1) / (positive + 2) : 1 / (negative + 2)));
  let sigmoid: Sigmoid = { a: 0, b: Math.log((negative + 1) / (positive + 1)) };
  let value = objective(sigmoid, decisions, targets);
  for (let step = 0; step < MOST_STEPS; step++) {
    let [haa, hbb, hab, ga, gb] = [RIDGE, RIDGE, 0, 0, 0];
    for (const [i, target] of targets.entries()) {
      const p = applySigmoid(sigmoid, decisions[i]);
      const curvature = p * (1 - p);
      haa += decisions[i] ** 2 * curvature;
      hbb += curvature;
      hab += decisions[i] * curvature;
      ga += decisions[i] * (target - p);
      gb += target - p;
    }
    if (Math.abs(ga) < GRADIENT && Math.abs(gb) < GRADIENT) break;
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(-hab * ga + haa * gb) / determinant;
    let size = 1;
    let next = sigmoid;
    let nextValue = Number.POSITIVE_INFINITY;
    for (; size >= 1e-10; size /= 2) {
      next = { a: sigmoid.a + size * da, b: sigmoid.b + size * db };
      nextValue = objective(next, decisions, targets);
      if (nextValue < value + 1e-4 * size * (ga * da + gb * db)) break;
    }
    if (!(nextValue < value)) break;
    sigmoid = next;
    value = nextValue;
  }
  return sigmoid;
}
