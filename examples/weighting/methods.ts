import {
  alignedMtl,
  caGrad,
  conflictFreeGradient,
  dualProj,
  dynamicWeightAverage,
  equalWeights,
  fairGrad,
  famo,
  fixedWeights,
  geometricLoss,
  gradDrop,
  gradNorm,
  gradVac,
  imtlG,
  imtlL,
  mgda,
  nashMtl,
  pcGrad,
  randomLossWeighting,
  smoothTchebycheff,
  type TaskKind,
  type TrainerOptions,
  uncertainty,
  upGrad,
} from 'tfjs-multitask/train';

type Balancing<T extends string> = Pick<TrainerOptions<T, never>, 'weighting' | 'aggregator' | 'gradientsAt'>;

/** A way to balance tasks: what `createTrainer` is given, created for every run. */
export interface Method<T extends string> {
  readonly name: string;
  readonly kind: 'weighting' | 'aggregator';
  make(): Balancing<T>;
}

/** Every weighting and aggregator of the library with its defaults. */
export function methods<T extends string>(kinds: { readonly [K in T]: TaskKind }): Method<T>[] {
  const weightings: Record<string, () => Balancing<T>['weighting']> = {
    'sum of losses': () => fixedWeights(),
    equalWeights: () => equalWeights(),
    uncertainty: () => uncertainty(kinds),
    dynamicWeightAverage: () => dynamicWeightAverage(),
    randomLossWeighting: () => randomLossWeighting(),
    geometricLoss: () => geometricLoss(),
    smoothTchebycheff: () => smoothTchebycheff(),
    famo: () => famo(),
    imtlL: () => imtlL(Object.keys(kinds) as T[]),
  };
  const aggregators: Record<string, () => Balancing<T>['aggregator']> = {
    mgda: () => mgda(),
    pcGrad: () => pcGrad(),
    gradVac: () => gradVac(),
    caGrad: () => caGrad(),
    imtlG: () => imtlG(),
    nashMtl: () => nashMtl(),
    alignedMtl: () => alignedMtl(),
    upGrad: () => upGrad(),
    dualProj: () => dualProj(),
    conflictFreeGradient: () => conflictFreeGradient(),
    fairGrad: () => fairGrad(),
    gradNorm: () => gradNorm(),
    gradDrop: () => gradDrop(),
  };
  return [
    ...Object.entries(weightings).map(
      ([name, weighting]): Method<T> => ({ name, kind: 'weighting', make: () => ({ weighting: weighting() }) }),
    ),
    ...Object.entries(aggregators).map(
      ([name, aggregator]): Method<T> => ({ name, kind: 'aggregator', make: () => ({ aggregator: aggregator() }) }),
    ),
    {
      name: 'mgda at the representation',
      kind: 'aggregator',
      make: () => ({ aggregator: mgda(), gradientsAt: 'representation' }),
    },
  ];
}
