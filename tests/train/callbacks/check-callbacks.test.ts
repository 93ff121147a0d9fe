import { describe, expect, it } from 'vitest';
import type { Callback } from '../../../src/train/callbacks/callback';
import { checkCallbacks } from '../../../src/train/callbacks/check-callbacks';
import { earlyStopping, learningRate } from '../../../src/train/index';

const check = (callbacks: unknown) => () => checkCallbacks(callbacks as Callback[], 'fit');
const nothing = () => undefined;

describe('checkCallbacks', () => {
  it.each<[unknown, string]>([
    [[earlyStopping], 'fit: callbacks[0] must be a callback, got a function; write earlyStopping(…)'],
    [[() => 1], 'fit: callbacks[0] must be a callback, got a function; write { onEpochEnd(run, log) { … } }.'],
    [['x'], "got 'x'."],
    [[{ onEpochEnd: nothing }, 1], 'fit: callbacks[1] must be a callback, such as'],
    [[null], 'got null.'],
    [[[]], 'got an array.'],
    [{ onEpochEnd: nothing }, 'fit: callbacks must be an array, got an object; write callbacks: [ … ].'],
    [null, 'fit: callbacks must be an array, got null'],
    [[{ onEpochEnd: 3 }], 'fit: callbacks[0].onEpochEnd must be a function, got 3.'],
  ])('refuses %o by its kind', (callbacks, message) => {
    expect(check(callbacks)).toThrow(TypeError);
    expect(check(callbacks)).toThrow(message);
  });

  it.each([
    ['onEpochend', 'onEpochEnd'],
    ['onfitbegin', 'onFitBegin'],
    ['onBatchEnd', 'onStepEnd'],
    ['onTrainBegin', 'onFitBegin'],
  ])('refuses the unknown hook %s and names %s', (unknown, near) => {
    expect(check([{ onEpochEnd: nothing, [unknown]: nothing }])).toThrow(
      new RegExp(
        `^fit: callbacks\\[0\\]: unknown hook '${unknown}'\\. Did you mean '${near}'\\? The hooks are onFitBegin, `,
      ),
    );
  });

  it('refuses one that would never be called', () => {
    expect(check([{}])).toThrow('fit: callbacks[0] has no hook');
    expect(check([{ name: 'mine', epochs: 3 }])).toThrow(RangeError);
  });

  it('takes what has a hook, with data and functions of its own, also of a class', () => {
    class Counting {
      online = true;
      count = 0;
      onEpochEnd() {
        this.count++;
      }
      report() {
        return this.count;
      }
    }
    const typed: Callback & { readonly rates: number[] } = { rates: [], onStepEnd: nothing, onFitEnd: undefined };
    const bare = Object.assign(Object.create(null), { onFitEnd: nothing });
    expect(
      check([new Counting(), typed, bare, earlyStopping({ monitor: 'validation.loss' }), learningRate(() => 1)]),
    ).not.toThrow();
    expect(check([])).not.toThrow();
  });
});
