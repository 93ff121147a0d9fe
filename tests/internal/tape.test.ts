import {
  add,
  conv2d,
  customGrad,
  dispose,
  type GradSaveFunc,
  grads,
  matMul,
  memory,
  mul,
  relu,
  type Scalar,
  scalar,
  split,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tensor4d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { record } from '../../src/internal/tape';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

const values = async (tensors: readonly (Tensor | undefined)[]) =>
  Promise.all(tensors.map(async (t) => (t === undefined ? undefined : Array.from(await t.data()))));

describe('record', () => {
  it('gives the gradients that tfjs gives, bit by bit, for every output of one forward pass', async () => {
    const numbers = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i) => of(i));
    const image = tensor4d(numbers(32, Math.sin), [1, 4, 4, 2]);
    const kernel = tidy(() => variable(tensor4d(numbers(36, Math.cos), [3, 3, 2, 2])));
    const gain = tidy(() => variable(tensor1d([0.5, -2])));
    const forward = (): [Scalar, Scalar] => {
      const features = mul(relu(conv2d(image, kernel, 1, 'same')), gain);
      const [first, second] = split(features, 2, 3);
      return [sum(mul(first, first)) as Scalar, add(sum(second), sum(mul(first, second))) as Scalar];
    };
    const { value, tape } = record(forward);
    for (const k of [0, 1, 0]) {
      const own = tape.gradients([[value[k]]], [kernel, gain]);
      const { value: total, grads: theirs } = variableGrads(() => forward()[k], [kernel, gain]);
      expect(await values(own)).toEqual(await values([theirs[kernel.name], theirs[gain.name]]));
      dispose([total, theirs, ...(own as Tensor[])]);
    }
    tape.dispose();
    dispose([image, kernel, gain, ...value]);
  });

  it('starts from any tensor, with any gradient, and adds up several', async () => {
    const x = tensor1d([1, 2, 3]);
    const { value, tape } = record(() => {
      const square = mul(x, x);
      return { square, total: sum(square) };
    });
    const seed = tensor1d([1, 10, 100]);
    const gradients = tape.gradients([[value.square, seed], [value.total]], [x]);
    expect(await values(gradients)).toEqual([[2 * 1 * 2, 2 * 2 * 11, 2 * 3 * 101]]);
    tape.dispose();
    dispose([x, seed, value.square, value.total, ...(gradients as Tensor[])]);
  });

  it('stops at a leaf: what it was made from gets nothing through it', async () => {
    const x = scalar(3);
    const { value, tape } = record(() => {
      const middle = mul(x, 2);
      return { middle, total: add(mul(middle, middle), mul(x, 5)) };
    });
    const through = tape.gradients([[value.total]], [x]);
    const stopped = tape.gradients([[value.total]], [value.middle, x]);
    expect(await values(through)).toEqual([[2 * 6 * 2 + 5]]);
    expect(await values(stopped)).toEqual([[12], [5]]);
    tape.dispose();
    dispose([x, value.middle, value.total, ...(through as Tensor[]), ...(stopped as Tensor[])]);
  });

  it('gives undefined where nothing flows', () => {
    const [x, other] = [scalar(3), scalar(4)];
    const { value, tape } = record(() => mul(x, 2));
    const gradients = tape.gradients([[value]], [other, x]);
    expect(gradients[0]).toBeUndefined();
    expect(gradients[1]).toBeDefined();
    expect(tape.gradients([], [x])).toEqual([undefined]);
    tape.dispose();
    dispose([x, other, value, gradients[1] as Tensor]);
  });

  it('keeps gradients apart that a gradient function hands on, saved or gave twice', async () => {
    const [a, b] = [tensor1d([1, 2]), tensor1d([3, 4])];
    // value a * b with gradients that are, by design: dy itself for a, the saved tensor for b
    const odd = customGrad((...args) => {
      const [x, y, save] = args as [Tensor, Tensor, GradSaveFunc];
      save([y]);
      return { value: mul(x, y), gradFunc: (dy: Tensor, [saved]: Tensor[]) => [dy, saved] };
    });
    const twice = customGrad((...args) => {
      const [x, y] = args as [Tensor, Tensor];
      return {
        value: add(x, y),
        gradFunc: (dy: Tensor) => {
          const both = mul(dy, 10);
          return [both, both];
        },
      };
    });
    const { value, tape } = record(() => ({ odd: odd(a, b), sum: twice(odd(a, b), mul(a, 2)) }));
    const seed = tensor1d([5, 7]);
    const first = tape.gradients([[value.odd, seed], [value.sum]], [a, b]);
    expect(await values(first)).toEqual([
      [5 + 10 + 20, 7 + 10 + 20],
      [3 + 3, 4 + 4],
    ]);
    const again = tape.gradients([[value.odd, seed], [value.sum]], [a, b], { last: true });
    expect(await values(again)).toEqual(await values(first));
    expect(await values([seed, a, b])).toEqual([
      [5, 7],
      [1, 2],
      [3, 4],
    ]);
    tape.dispose();
    dispose([a, b, seed, value.odd, value.sum, ...(first as Tensor[]), ...(again as Tensor[])]);
  });

  it('lets go of what the forward pass kept on the way back, where no other gradients are wanted', async () => {
    const x = tensor1d(new Array(1000).fill(0.5));
    const buffers: number[] = [];
    const watched = customGrad((...args) => {
      const [input] = args as [Tensor];
      const gradFunc = (dy: Tensor) => {
        buffers.push(memory().numDataBuffers);
        return mul(dy, 1);
      };
      return { value: mul(input, 1), gradFunc };
    });
    await expectNoLeak(() => {
      const { value, tape } = record(() => {
        let y: Tensor = watched(x);
        for (let i = 0; i < 10; i++) y = square(y);
        return sum(y);
      });
      for (const last of [false, true]) dispose(tape.gradients([[value]], [x], { last }) as Tensor[]);
      value.dispose();
    });
    // The inputs of ten squares and of the sum are kept at first; at the end of the last pass none is.
    expect(buffers[0] - buffers[1]).toBe(11);
    x.dispose();
  });

  it('leaves nothing behind, also where the forward pass throws', async () => {
    const x = tensor2d([1, 2, 3, 4], [2, 2]);
    const once = (): void => {
      const { value, tape } = record(() => sum(matMul(x, x)));
      dispose(tape.gradients([[value]], [x]) as Tensor[]);
      tape.dispose();
      value.dispose();
    };
    await expectNoLeak(once);
    await expectNoLeak(() =>
      expect(() =>
        record(() => {
          matMul(x, x);
          throw new Error('no');
        }),
      ).toThrow('no'),
    );
    await expectNoLeak(once);
    x.dispose();
  });

  it('refuses to run inside another gradient', () => {
    const x = scalar(1);
    expect(() =>
      grads((y: Tensor) => {
        record(() => mul(x, 2));
        return mul(y, 2);
      })([x]),
    ).toThrow('record: cannot run inside the function of another gradient.');
    x.dispose();
  });
});
