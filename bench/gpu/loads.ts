/** A shader and how many workgroups run it, as far as its loads follow from that. */
export interface LoadingProgram {
  readonly shaderKey: string;
  readonly outputShape: readonly number[];
  readonly workgroupSize: readonly number[];
  readonly dispatch: readonly number[];
}

type Uniforms = readonly { readonly data: readonly number[] }[];

const FLOAT = 4;
/** Floats of each factor that a workgroup of src/backends/patches/webgpu/tiled-product.ts loads at a step. */
const TILE = 1024;

const sumOver = (count: number, term: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
};

/** Our product of tiles: at every step a tile of both factors. What lies outside of them is not loaded, so it is at most this. */
function tiledLoads({ dispatch: [x, y, z] }: LoadingProgram, uniforms: Uniforms): number {
  const steps = uniforms[0].data[3];
  return x * y * z * steps * 2 * TILE * FLOAT;
}

/** tfjs's filter gradient: a thread for each weight, which loads both factors of every product. */
function filterGradientLoads({ outputShape }: LoadingProgram, uniforms: Uniforms): number {
  const [pads, strides, [batch], [outHeight], [outWidth], [inHeight], [inWidth]] = uniforms.map(({ data }) => data);
  const [filterHeight, filterWidth, channels, filters] = outputShape;
  const met = (taps: number, outputs: number, inputs: number, axis: 0 | 1): number =>
    sumOver(taps, (tap) =>
      sumOver(outputs, (output) => {
        const at = tap + output * strides[axis] - pads[axis];
        return at >= 0 && at < inputs ? 1 : 0;
      }),
    );
  const pairs = met(filterHeight, outHeight, inHeight, 0) * met(filterWidth, outWidth, inWidth, 1);
  return batch * pairs * channels * filters * 2 * FLOAT;
}

/** tfjs's input gradient: a thread for each pixel and channel or, where channels come in fours, for two pixels of four. */
function inputGradientLoads(
  { shaderKey, outputShape, workgroupSize, dispatch }: LoadingProgram,
  uniforms: Uniforms,
): number {
  const [taps, pads, strides, [, outHeight, outWidth, filters]] = uniforms.map(({ data }) => data);
  const [batch, height, width, channels] = outputShape;
  const isMet = (at: number, outputs: number, axis: 0 | 1): boolean =>
    at >= 0 && at < outputs * strides[axis] && at % strides[axis] === 0;
  const rowsMet = (row: number): number =>
    sumOver(taps[0], (tap) => (isMet(row - pads[0] + tap, outHeight, 0) ? 1 : 0));
  if (!shaderKey.startsWith('conv2DDerInput_true_true')) {
    const columns = sumOver(width, (column) =>
      sumOver(taps[1], (tap) => (isMet(column - pads[1] + tap, outWidth, 1) ? 1 : 0)),
    );
    return batch * sumOver(height, rowsMet) * columns * channels * filters * 2 * FLOAT;
  }
  const [acrossChannels, acrossWidth, acrossRows] = dispatch.map((groups, axis) => groups * workgroupSize[axis]);
  const fours = sumOver(acrossWidth, (pair) =>
    sumOver(taps[1], (tap) => {
      const at = 2 * pair - pads[1] + tap;
      const pixels = [at, at + 1].filter((place) => isMet(place, outWidth, 1)).length;
      return pixels === 0 ? 0 : 4 + pixels;
    }),
  );
  return sumOver(acrossRows, (row) => rowsMet(row % height)) * fours * acrossChannels * (filters / 4) * 4 * FLOAT;
}

/** The bytes that a convolution's shader loads from its tensors, as its loops say; 0 for other shaders. */
export function convolutionLoads(program: LoadingProgram, uniforms: Uniforms): number {
  const { shaderKey } = program;
  if (shaderKey.startsWith('tiledProduct_conv2d')) return tiledLoads(program, uniforms);
  if (shaderKey.startsWith('conv2DDerFilter')) return filterGradientLoads(program, uniforms);
  if (shaderKey.startsWith('conv2DDerInput_')) return inputGradientLoads(program, uniforms);
  return 0;
}
