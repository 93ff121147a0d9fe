import { readFileSync } from 'node:fs';

type Names = 'meanAbsoluteError' | 'rootMeanSquaredError' | 'rSquared';
type Correlations = 'pearsonCorrelation' | 'spearmanCorrelation' | 'concordanceCorrelation';

interface Pairs<V = number[]> {
  readonly yTrue: V;
  readonly yPred: V;
}

interface Images extends Pairs {
  readonly shape: number[];
  readonly ssim: number[];
}

interface Distances {
  readonly transform: number[];
  readonly hausdorff: number;
  readonly hausdorff95: number;
  readonly average: number;
  readonly dice: number;
}

interface Golden {
  readonly regression: {
    readonly cases: Readonly<
      Record<string, Pairs & Record<Names | Correlations, number> & { weight: number[] | null }>
    >;
    readonly torchmetrics: Pairs & Readonly<Record<Correlations, number>>;
    readonly columns: Pairs<number[][]> & Readonly<Record<Names, { macro: number; none: number[] }>>;
  };
  readonly images: {
    readonly plane: Images & { readonly psnr: number[]; readonly psnr255: number[] };
    readonly volume: Images;
    readonly opposite: Images;
    readonly waves: { readonly multiScale: number; readonly ssim: number };
  };
  readonly decisions: {
    readonly binary: Pairs &
      Readonly<
        Record<
          'monai' | 'all wrong' | 'all right',
          Readonly<Record<'markedness' | 'fowlkesMallows' | 'prevalenceThreshold', number>>
        >
      >;
    readonly classes: {
      readonly yTrue: number[];
      readonly yPred: number[][];
      readonly topK: number[];
      readonly accuracy: number[];
      readonly balancedAccuracy: number[];
      readonly matthewsCorrelation: number[];
      readonly probabilities: number[][];
      readonly oneVsOne: Readonly<Record<'macro' | 'weighted', number>>;
    };
    readonly labels: Pairs<number[][]> & { readonly exactMatch: number; readonly torchmetrics: number };
    readonly binned: Pairs & {
      readonly auc: Readonly<Record<string, number>>;
      readonly labels: Pairs<number[][]> & { readonly none: number[]; readonly macro: number };
    };
  };
  readonly masks: {
    readonly classes: {
      readonly yTrue: number[][][];
      readonly yPred: number[][][];
      readonly dice: Readonly<Record<'weighted' | 'macro', number[]>>;
      readonly foreground: number[];
    };
    readonly distances: readonly ({
      readonly shape: number[];
      readonly truth: number[];
      readonly prediction: number[];
    } & Readonly<Record<'chessboard' | 'taxicab', Distances>>)[];
  };
}

const words: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** What the script beside it wrote, with the numbers that JSON lacks. */
export const golden: Golden = JSON.parse(
  readFileSync(new URL('metrics-peers.json', import.meta.url), 'utf8'),
  (_, value) => (typeof value === 'string' ? (words[value] ?? value) : value),
);
