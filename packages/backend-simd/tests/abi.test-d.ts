import { describe, it } from 'vitest';
import { type Address, behind, NONE } from '../src/abi/kernel';
import { abi, type PoolArguments, UNARY } from '../src/generated/abi';
import type { Runtime } from '../src/runtime/runtime';

declare const runtime: Runtime;
declare const from: Address;
declare const to: Address;
declare const count: number;

describe('a job', () => {
  const args = { from, to, count, op: UNARY.relu, block: 64, alpha: 0, beta: 0 };

  it('takes the arguments of its kernel by name', () => {
    runtime.run(abi.unary, args, 1);
    runtime.dispatch(abi.unary, { ...args, from: NONE, to: behind(to, 64) }, 1, true);
    runtime.run(abi.sumStretch, { table: from, to, squares: true }, 1);
  });

  it('takes none without one of them', () => {
    // @ts-expect-error: `to` is missing
    runtime.run(abi.fill, { count, value: 0, block: 64 }, 1);
    // @ts-expect-error: no arguments
    runtime.run(abi.fill, {}, 1);
  });

  it('takes no other', () => {
    // @ts-expect-error: `from` is one too many
    runtime.run(abi.fill, { from, to, count, value: 0, block: 64 }, 1);
    // @ts-expect-error: the name is misspelt
    runtime.dispatch(abi.fill, { to, count, values: 0, block: 64 }, 1);
    // @ts-expect-error: those of another kernel
    runtime.dispatch(abi.fill, args, 1);
  });

  it('takes what kernels share in an object of its own', () => {
    const shared = {} as PoolArguments;
    runtime.run(abi.meanPoolGradient, { shared, dy: from }, 1);
    // @ts-expect-error: one of the shared arguments is missing
    runtime.run(abi.meanPoolGradient, { shared: { x: from, out: to }, dy: from }, 1);
    // @ts-expect-error: the shared arguments are missing
    runtime.run(abi.meanPoolGradient, { dy: from }, 1);
  });

  it('takes no swapped kinds', () => {
    // @ts-expect-error: an address and a count swapped
    runtime.run(abi.unary, { ...args, to: count, count: to }, 1);
    // @ts-expect-error: a flag and an address swapped
    runtime.run(abi.sumStretch, { table: from, to: true, squares: to }, 1);
    // @ts-expect-error: a number that is none of the functions
    runtime.run(abi.unary, { ...args, op: 64 }, 1);
  });

  it('takes no place in memory that nobody gave', () => {
    // @ts-expect-error: addresses are no plain numbers
    runtime.run(abi.fill, { to: 4096, count, value: 0, block: 64 }, 1);
    // @ts-expect-error: nor sums of them
    runtime.run(abi.fill, { to: to + 64, count, value: 0, block: 64 }, 1);
  });
});
