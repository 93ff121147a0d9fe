import { mul, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { numbers } from './compare';

async function numberOf(scalar: Tensor): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value;
}

/**
 * Expects that `gradient` is the slope of the scalar `f` at x: along three directions, the central difference of f and the
 * product of gradient and direction agree within `tolerance` of the gradient's length.
 */
export async function expectSlope(
  f: (x: Tensor) => Tensor,
  x: Tensor,
  gradient: () => Tensor,
  tolerance = 2e-3,
): Promise<void> {
  const values = await x.data();
  const g = tidy(gradient);
  expect(g.shape).toEqual(x.shape);
  const at = (direction: Float32Array, step: number) =>
    numberOf(
      tidy(() =>
        f(
          tensor(
            Float32Array.from(values, (v, i) => v + step * direction[i]),
            x.shape,
          ),
        ),
      ),
    );
  const length = Math.sqrt(await numberOf(tidy(() => sum(mul(g, g)))));
  expect(length).toBeGreaterThan(0);
  for (const seed of [11, 12, 13]) {
    const direction = numbers(values.length, seed);
    const step = 1e-2;
    const slope = ((await at(direction, step)) - (await at(direction, -step))) / (2 * step);
    const expected = await numberOf(tidy(() => sum(mul(g, tensor(direction, x.shape)))));
    const scale = length * Math.hypot(...direction);
    expect(Math.abs(slope - expected) / scale).toBeLessThan(tolerance);
  }
  g.dispose();
}
