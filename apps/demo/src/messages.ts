import type { BackendName } from 'tfjs-multitask/backends';
import type { PhantomKind } from 'tfjs-multitask/paper';

/** A grey picture, a byte per pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A square of numbers, row by row. */
export interface Grid {
  readonly size: number;
  readonly data: Float32Array | Uint8Array;
}

/** What the model makes of a slice. */
export interface Outcome {
  readonly probability: number;
  /** Of a lesion, per pixel. */
  readonly mask: Grid;
  readonly reconstruction: Grid;
  /** Grad-CAM of the class. */
  readonly heat: Grid;
  /** Of the mask, where the true one is known and not empty. */
  readonly dice?: number | undefined;
  readonly milliseconds: { readonly prediction: number; readonly gradCam: number };
}

/** What is on show: a drawn slice, with all that is known of it, or a picture of the visitor's. */
export interface Shown {
  readonly picture: Picture;
  readonly drawn?: { readonly kind: PhantomKind; readonly mask: Grid } | undefined;
  readonly outcome: Outcome;
}

/** What a validation on drawn slices says. */
export interface Scores {
  readonly step: number;
  readonly loss: number;
  readonly dice: number;
  readonly auc: number;
  /** That with the highest sensitivity + specificity. */
  readonly threshold: number;
  /** Of each threshold, falling. */
  readonly curve: {
    readonly fpr: readonly number[];
    readonly tpr: readonly number[];
    readonly thresholds: readonly number[];
  };
}

/** How much is learnt. */
export interface Lesson {
  /** Drawn slices: a multiple of 16. */
  readonly slices: number;
  readonly epochs: number;
  /** Of slices, their order, and weights. */
  readonly seed: number;
}

/** Where a model came from. */
export interface About {
  /** Made when the page was built, drawn at random, or trained in this page. */
  readonly origin: 'built' | 'random' | 'trained';
  readonly parameters: number;
  readonly steps: number;
  /** None of a model that is not trained. */
  readonly scores?: Scores | undefined;
}

/** What computes. */
export interface Device {
  readonly backend: BackendName;
  readonly gpu?: string | undefined;
  readonly threads: number;
}

/** Of a file. */
export type Format = 'tfjs' | 'onnx' | 'keras';

/** What a page asks its worker for, and the answer to each. */
export interface Calls {
  start(what: { readonly base: string }): {
    readonly device: Device;
    readonly about: About;
    readonly notices: readonly string[];
  };
  useBackend(name: BackendName | undefined): Device;
  drawn(what: { readonly kind: PhantomKind; readonly patient: number }): Shown;
  picture(picture: Picture): Shown;
  train(what: Lesson & { readonly fresh: boolean }): { readonly about: About; readonly stopped: boolean };
  stop(): void;
  restore(): About;
  save(what: { readonly format: Format; readonly threshold: number }): {
    readonly name: string;
    readonly type: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
  };
}

export type CallName = keyof Calls;

/** A call's number, name and argument. */
export interface Question {
  readonly id: number;
  readonly name: CallName;
  readonly argument: unknown;
}

/** What happens while training goes on: no answer to a call. */
export type Event =
  | { readonly event: 'step'; readonly step: number; readonly steps: number; readonly loss: number }
  | { readonly event: 'scores'; readonly scores: Scores; readonly shown?: Shown | undefined };

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  | Event;
