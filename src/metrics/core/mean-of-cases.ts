import type { TargetReducer } from './target-metric';

/** A weighted sum, and the weight. */
export interface MeanState {
  readonly sum: number;
  readonly weight: number;
}

/** A weighted mean over cases, which `each` visits with the value and the weight of each; NaN without cases. */
export function meanOfCases(
  each: (
    targets: Parameters<TargetReducer<MeanState, number>['add']>[1],
    add: (value: number, weight: number) => void,
  ) => void,
): TargetReducer<MeanState, number> {
  return {
    init: () => ({ sum: 0, weight: 0 }),
    add(state, targets) {
      let { sum, weight } = state;
      each(targets, (value, added) => {
        sum += added * value;
        weight += added;
      });
      return { sum, weight };
    },
    merge: (a, b) => ({ sum: a.sum + b.sum, weight: a.weight + b.weight }),
    compute: ({ sum, weight }) => sum / weight,
  };
}
