import { type Canvas, createCanvas } from './canvas';
import type { Draw, View } from './view';

/** The slice as it is being painted. */
export interface Body {
  readonly canvas: Canvas;
  /** Hounsfield units. */
  readonly hu: Float32Array;
  /** The share of each pixel that is lung or pleural space. */
  readonly lung: Float32Array;
}

/** Nothing but air, and no lung. */
export function emptyBody(view: View): Body {
  const canvas = createCanvas(view);
  return { canvas, hu: new Float32Array(canvas.pixels).fill(-1000), lung: new Float32Array(canvas.pixels) };
}

/** Mixes `value` into `values` by the share of each pixel that a shape covers. */
export function mix(values: Float32Array, value: number): Draw {
  return (pixel, coverage) => {
    values[pixel] += coverage * (value - values[pixel]);
  };
}

/** Paints a tissue of `value` Hounsfield units, which takes its share of a pixel from the lung. */
export function tissue({ hu, lung }: Body, value: number): Draw {
  return (pixel, coverage) => {
    hu[pixel] += coverage * (value - hu[pixel]);
    lung[pixel] *= 1 - coverage;
  };
}
