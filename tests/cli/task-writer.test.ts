import { expect, it } from 'vitest';
import { taskWriter } from '../../src/cli/predict/task-writer';
import type { NDArray } from '../../src/types';

const floats = (shape: readonly number[], ...values: number[]): NDArray => ({ data: Float32Array.from(values), shape });
const drawn = (...args: [...Parameters<typeof taskWriter>, NDArray]) => {
  const output = args.pop() as NDArray;
  const writer = taskWriter(...(args as unknown as Parameters<typeof taskWriter>));
  const [height, width] = output.shape;
  return [...(writer?.write(output, [height, width]).picture?.data ?? [])];
};

it('writes numbers under the name of the task, of a distribution the largest, too', () => {
  const probability = taskWriter('covid', { kind: 'probability', width: 1 }, [1], undefined);
  expect(probability?.columns).toEqual(['covid']);
  expect(probability?.write(floats([1], 0.25), [1, 1]).cells).toEqual([0.25]);
  const labels = taskWriter('signs', { kind: 'probability', width: 2 }, [2], undefined);
  expect(labels?.columns).toEqual(['signs_0', 'signs_1']);
  const distribution = taskWriter('view', { kind: 'distribution', width: 3 }, [3], undefined);
  expect(distribution?.columns).toEqual(['view', 'view_0', 'view_1', 'view_2']);
  expect(distribution?.write(floats([3], 0.25, 0.5, 0.25), [1, 1]).cells).toEqual([1, 0.25, 0.5, 0.25]);
});

it('draws masks by a threshold on probabilities, of logits the same', () => {
  const map = floats([1, 3, 1], 0.2, 0.5, 0.7);
  expect(drawn('a', { kind: 'probability', width: 1 }, [1, 3, 1], undefined, map)).toEqual([0, 0, 255]);
  expect(drawn('a', { kind: 'probability', width: 1 }, [1, 3, 1], 0.1, map)).toEqual([255, 255, 255]);
  // sigmoid(1) is 0.73
  const logits = floats([1, 3, 1], -1, 0.5, 1);
  expect(drawn('a', { kind: 'logit', width: 1 }, [1, 3, 1], undefined, logits)).toEqual([0, 255, 255]);
  expect(drawn('a', { kind: 'logit', width: 1 }, [1, 3, 1], 0.73, logits)).toEqual([0, 0, 255]);
});

it('draws the numbers of classes', () => {
  const map = floats([1, 2, 3], 0.1, 0.7, 0.2, 0.2, 0.2, 0.6);
  expect(drawn('a', { kind: 'distribution', width: 3 }, [1, 2, 3], undefined, map)).toEqual([1, 2]);
});

it('enlarges a map to the size of the image before it is compared', () => {
  const writer = taskWriter('a', { kind: 'probability', width: 1 }, [1, 2, 1], undefined);
  // pixel centres at -0.25, 0.25, 0.75, 1.25 of the map: 0, 0.25, 0.75, 1
  expect([...(writer?.write(floats([1, 2, 1], 0, 1), [1, 4]).picture?.data ?? [])]).toEqual([0, 0, 255, 255]);
});

it.each([
  ['logit', 2, [4, 4, 2]],
  ['unknown', 1, [4, 4, 1]],
  ['value', 2, [4, 4, 2]],
  ['value', 3, [4, 3]],
] as const)('has no form for %s of width %d in [%j]', (kind, width, shape) => {
  expect(taskWriter('a', { kind, width }, shape, undefined)).toBeUndefined();
});
