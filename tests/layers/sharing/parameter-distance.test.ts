import { addN, type Scalar, tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { type DistanceKind, ParameterDistance } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

/** K networks x [2] -> dense [3] -> dense [1], and what compares them. */
function networks(count: number, distance: DistanceKind, strength: number): LayersModel {
  const x = input({ shape: [2] });
  const compare = new ParameterDistance({ distance, strength });
  const outputs = Array.from({ length: count }, (_, i) => {
    const hidden = layers.dense({ units: 3, name: `${distance}${count}/${i}/a` }).apply(x) as SymbolicTensor;
    const output = layers.dense({ units: 1, name: `${distance}${count}/${i}/b` }).apply(hidden) as SymbolicTensor;
    return compare.apply(output) as SymbolicTensor;
  });
  return model({ inputs: x, outputs });
}

/** [parameter][network][value]: the kernels and biases of the layers, those at one place of each network together. */
type Parameters = number[][][];

const SIZES = [6, 3, 3, 1];

/** Some numbers, the later networks being different mixtures of two. */
const parameters = (count: number): Parameters =>
  SIZES.map((size, k) =>
    Array.from({ length: count }, (_, i) =>
      Array.from({ length: size }, (_, p) => Math.fround(Math.sin(1 + 3 * k + 2 * p + 5 * i) + (k % 2 ? 0 : 0.5 * i))),
    ),
  );

/** The weights of a net in the order of the parameters, network by network. */
function variables(net: LayersModel, count: number, distance: DistanceKind): Variable[][] {
  return SIZES.map((_, k) =>
    Array.from({ length: count }, (_, i) => {
      const layer = net.getLayer(`${distance}${count}/${i}/${k < 2 ? 'a' : 'b'}`);
      return layer.weights[k % 2].read() as Variable;
    }),
  );
}

function l2(groups: Parameters): number {
  let total = 0;
  for (const group of groups) {
    for (let i = 0; i < group.length; i++) {
      for (let j = 0; j < i; j++) for (const [p, value] of group[i].entries()) total += (value - group[j][p]) ** 2;
    }
  }
  return total;
}

/** Eigenvalues of a symmetric matrix by Jacobi's rotations. */
function eigenvalues(matrix: number[][]): number[] {
  const a = matrix.map((row) => [...row]);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < a.length; p++) {
      for (let q = p + 1; q < a.length; q++) {
        if (a[p][q] === 0) continue;
        const theta = Math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2;
        const [c, s] = [Math.cos(theta), Math.sin(theta)];
        for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
        const [rowP, rowQ] = [[...a[p]], [...a[q]]];
        for (let k = 0; k < a.length; k++) {
          a[p][k] = c * rowP[k] - s * rowQ[k];
          a[q][k] = s * rowP[k] + c * rowQ[k];
        }
      }
    }
  }
  return a.map((row, i) => row[i]);
}

/** The sum of the singular values, each smoothed by `share` of the sum of their squares. */
function traceNorm(groups: Parameters, share: number): number {
  let total = 0;
  for (const group of groups) {
    const gramian = group.map((a) => group.map((b) => a.reduce((sum, value, p) => sum + value * b[p], 0)));
    const trace = gramian.reduce((sum, row, i) => sum + row[i], 0);
    for (const value of eigenvalues(gramian)) total += Math.sqrt(Math.max(0, value) + share * trace);
  }
  return total;
}

/** Central differences of a function of all parameters. */
function slopes(f: (groups: Parameters) => number, groups: Parameters): Parameters {
  const h = 1e-5;
  return groups.map((group, k) =>
    group.map((values, i) =>
      values.map((_, p) => {
        const at = (change: number) => {
          const moved = structuredClone(groups);
          moved[k][i][p] += change;
          return f(moved);
        };
        return (at(h) - at(-h)) / (2 * h);
      }),
    ),
  );
}

const loss = (net: LayersModel) => tidy(() => (addN(net.calculateLosses()) as Scalar).dataSync()[0]);

function put(variables: Variable[][], values: Parameters): void {
  tidy(() => {
    for (const [k, group] of variables.entries()) {
      for (const [i, variable] of group.entries()) variable.assign(tensor(values[k][i], variable.shape));
    }
  });
}

describe.each<[DistanceKind, (groups: Parameters) => number]>([
  ['l2', l2],
  ['trace', (groups) => traceNorm(groups, 1e-5)],
])('ParameterDistance, %s', (distance, oracle) => {
  it.each([2, 3, 5])('is what the formula says between %i networks, and so is its gradient', (count) => {
    const net = networks(count, distance, 0.25);
    const values = parameters(count);
    const weights = variables(net, count, distance);
    put(weights, values);
    const expected = 0.25 * oracle(values);
    expect(loss(net) / expected).toBeCloseTo(1, 4);
    const slope = slopes(oracle, values);
    tidy(() => {
      const { grads } = variableGrads(() => addN(net.calculateLosses()) as Scalar, weights.flat());
      for (const [k, group] of weights.entries()) {
        const scale = Math.max(...slope[k].flat().map(Math.abs));
        for (const [i, variable] of group.entries()) {
          const given = Array.from(grads[variable.name].dataSync());
          for (const [p, value] of given.entries()) {
            expect(value / (0.25 * scale), `${k} ${i} ${p}`).toBeCloseTo(slope[k][i][p] / scale, 2);
          }
        }
      }
    });
    net.dispose();
  });

  it('is finite, with a finite gradient, for parameters that are equal or zero', () => {
    const net = networks(3, distance, 1);
    const weights = variables(net, 3, distance);
    const equal = parameters(1).map(([values], k) => [0, 1, 2].map(() => values.map((value) => (k % 2 ? 0 : value))));
    put(weights, equal);
    expect(Number.isFinite(loss(net))).toBe(true);
    tidy(() => {
      const { grads } = variableGrads(() => addN(net.calculateLosses()) as Scalar, weights.flat());
      for (const gradient of Object.values(grads)) {
        expect(Array.from(gradient.dataSync()).every(Number.isFinite)).toBe(true);
      }
    });
    net.dispose();
  });

  it('leaves no tensor', async () => {
    const net = networks(2, distance, 1);
    await expectNoLeak(() => void loss(net));
    net.dispose();
  });
});

describe('ParameterDistance', () => {
  it('has the trace norm of rows that are orthogonal or equal, to the smoothing', () => {
    const net = networks(2, 'trace', 1);
    const weights = variables(net, 2, 'trace');
    const only = (first: number[], second: number[]) =>
      SIZES.map((size, k) => (k === 0 ? [first, second] : [Array(size).fill(0), Array(size).fill(0)]));
    put(weights, only([3, 0, 0, 0, 0, 0], [0, 4, 0, 0, 0, 0]));
    expect(loss(net)).toBeCloseTo(3 + 4, 3);
    put(weights, only([3, 4, 0, 0, 0, 0], [3, 4, 0, 0, 0, 0]));
    expect(loss(net)).toBeCloseTo(5 * Math.SQRT2, 1);
    net.dispose();
  });

  it('leaves moving statistics out, and counts frozen parameters', () => {
    const x = input({ shape: [2] });
    const compare = new ParameterDistance({ strength: 1 });
    const norms = [0, 1].map((i) => layers.batchNormalization({ name: `norm${i}` }));
    const net = model({ inputs: x, outputs: norms.map((norm) => compare.apply(norm.apply(x)) as SymbolicTensor) });
    tidy(() =>
      norms[1].setWeights(
        [
          [2, 3],
          [1, 1],
          [7, 7],
          [9, 9],
        ].map((values) => tensor(values)),
      ),
    );
    expect(loss(net)).toBeCloseTo(1 + 4 + 1 + 1, 5);
    norms[0].trainable = false;
    expect(loss(net)).toBeCloseTo(1 + 4 + 1 + 1, 5);
    net.dispose();
  });

  it('gives its input back, and no loss where there is nothing to compare with', () => {
    const net = networks(1, 'l2', 1);
    expect(net.calculateLosses()).toEqual([]);
    tidy(() => {
      const x = tensor([[1, 2]]);
      expect(Array.from((new ParameterDistance().apply(x) as typeof x).dataSync())).toEqual([1, 2]);
    });
    net.dispose();
  });

  it('refuses networks of different shapes and options out of range', () => {
    const x = input({ shape: [2] });
    const compare = new ParameterDistance();
    compare.apply(layers.dense({ units: 2 }).apply(x));
    expect(() => compare.apply(layers.dense({ units: 1 }).apply(x))).toThrow(
      new RangeError(
        'ParameterDistance: the networks must have parameters of the same shapes, got [[2,1],[1]] beside [[2,2],[2]].',
      ),
    );
    expect(() => new ParameterDistance({ distance: 'l1' as 'l2' })).toThrow(
      "ParameterDistance: distance must be one of 'l2', 'trace'; got 'l1'.",
    );
    expect(() => new ParameterDistance({ strength: -1 })).toThrow('ParameterDistance: strength must lie in [0, ');
  });

  it('is the same after its config went through JSON', () => {
    const config = JSON.parse(JSON.stringify(new ParameterDistance({ distance: 'trace', strength: 2 }).getConfig()));
    expect(JSON.parse(JSON.stringify(new ParameterDistance(config).getConfig()))).toEqual(config);
    expect(config).toMatchObject({ distance: 'trace', strength: 2 });
  });
});
