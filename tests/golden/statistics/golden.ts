import { readFileSync } from 'node:fs';

interface GoldenWilcoxon {
  readonly a: number[];
  readonly b: number[];
  readonly zeros: 'wilcox' | 'pratt';
  readonly method: 'exact' | 'normal';
  readonly continuity: boolean;
  readonly statistic: number;
  readonly absoluteZ: number | null;
  readonly p: number;
  readonly n: number;
}

interface Golden {
  readonly wilcoxon: Readonly<Record<string, GoldenWilcoxon>>;
  readonly holm: readonly { readonly p: number[]; readonly adjusted: number[] }[];
  readonly quantiles: readonly { readonly values: number[]; readonly shares: number[]; readonly quantiles: number[] }[];
  readonly scores: {
    readonly y: number[];
    readonly a: number[];
    readonly b: number[];
    readonly groups: number[];
    readonly calibration: { readonly bins: number; readonly observed: number[]; readonly predicted: number[] };
    readonly youden: { readonly value: number; readonly threshold: number };
    readonly difference: { readonly value: number; readonly bounds: number[]; readonly groupedBounds: number[] };
    readonly band: Readonly<Record<'fpr' | 'tpr' | 'low' | 'high', number[]>> & { readonly level: number };
  };
}

/** What the script beside it wrote. */
export const golden: Golden = JSON.parse(readFileSync(new URL('statistics.json', import.meta.url), 'utf8'));
