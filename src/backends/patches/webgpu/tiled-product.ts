import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OfficialBackend, Program, Uniforms } from './backend';

/**
 * One factor of a product of matrices, which need not lie in memory as one: three functions of WGSL say where its
 * values are, with A for the left factor and B for the right one in the place of X.
 *
 * - `outerX(i : i32) -> vec4<i32>`: what describes row `i` of the left factor, or column `i` of the right one;
 * - `innerX(k : i32) -> vec4<i32>`: what describes summand `k`;
 * - `atX(outer : vec4<i32>, inner : vec4<i32>) -> i32`: the index of the value of both, negative where that is 0.
 */
export interface Factor {
  /** The tensor's name in WGSL. */
  readonly name: string;
  readonly tensor: TensorInfo;
  /** The direction in which values lie side by side: along the summands, or along the rows (columns) of the result. */
  readonly along: 'inner' | 'outer';
  /** Whether they do so in whole fours, which are then read at once. */
  readonly fours: boolean;
  readonly code: string;
}

/** A product of matrices `[rows, inner] x [inner, columns]`. */
export interface Product {
  /** Names the code of the factors. */
  readonly key: string;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: Factor;
  readonly right: Factor;
  /** Of the result, whose last axis are the columns. */
  readonly outputShape: number[];
  /** Fields of the uniforms beside `sizes`, which holds rows, columns, inner and the steps of one split. */
  readonly uniforms: string;
  readonly uniformValues: Uniforms;
  /** Into how many parts the sum is split; the result then has an axis of that size before it. */
  readonly splits?: number;
  /** Added to every row. */
  readonly bias?: TensorInfo;
  /** An expression of WGSL of `value`, which is of type `Value`: a float of the result or four of them. */
  readonly activation?: string;
}

const THREADS = 64;
/** Floats of each factor that a workgroup holds at a time; two factors fit in the 16 KiB that every GPU has. */
const HELD = 1024;
/** With fewer workgroups than this the larger tile would leave parts of a GPU idle. */
const ENOUGH_WORKGROUPS = 256;
const MOST_IN_ONE_DIMENSION = 32768;

/** The side of the tile of the result that a workgroup computes: each of its 8 x 8 threads a part of 8 x 8 or 4 x 4. */
function tileSide(rows: number, columns: number, splits: number): 32 | 64 {
  const workgroups = Math.ceil(rows / 64) * Math.ceil(columns / 64) * splits;
  return columns > 32 && rows > 32 && workgroups >= ENOUGH_WORKGROUPS ? 64 : 32;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const lines = (length: number, line: (i: number) => string): string => range(length).map(line).join('\n');

/** The code of a factor: its functions, what holds for all steps, and what fills a workgroup's tile in one step. */
function factorCode(X: 'A' | 'B', { name, along, fours, code }: Factor, quads: number) {
  const type = fours ? 'vec4<f32>' : 'f32';
  const one = along === 'inner' ? `at${X}(outer, inner${X}(first + j))` : `at${X}(outer${X}(first + j), inner)`;
  const gather = `
  fn gather${X}(${along === 'inner' ? 'outer' : 'inner'} : vec4<i32>, first : i32) -> vec4<f32> {
    var four : vec4<f32>;
    for (var j = 0; j < 4; j++) { four[j] = read${X}(${one}); }
    return four;
  }`;
  const functions = `
  ${code}
  fn read${X}(at : i32) -> ${type} {
    if (at < 0) { return ${type}(0.0); }
    return ${name}[${fours ? 'at / 4' : 'at'}];
  }
  ${fours ? '' : gather}
  var<workgroup> tile${X} : array<vec4<f32>, ${HELD / 4}>;`;
  if (along === 'outer') {
    const values = fours ? `read${X}(at${X}(place${X}, inner))` : `gather${X}(inner, first${X} + quad * 4)`;
    return {
      functions,
      before: fours ? `let place${X} = outer${X}(first${X} + quad * 4);` : '',
      step: `for (var at = line; at < ${(4 * THREADS) / quads}; at += ${THREADS / quads}) {
        let inner = inner${X}(k + at);
        tile${X}[at * ${quads} + quad] = ${values};
      }`,
    };
  }
  // Loops of four, which compilers for GPUs unroll: written out, the code would take long to compile.
  const row = fours ? `read${X}(at${X}(places${X}[p], inner))` : `gather${X}(places${X}[p], k + line * 4)`;
  return {
    functions,
    before: `var places${X} : array<vec4<i32>, 4>;
    for (var p = 0; p < 4; p++) { places${X}[p] = outer${X}(first${X} + quad * 4 + p); }`,
    step: `{
      ${fours ? `let inner = inner${X}(k + line * 4);` : ''}
      var rows : array<vec4<f32>, 4>;
      for (var p = 0; p < 4; p++) { rows[p] = ${row}; }
      for (var j = 0; j < 4; j++) {
        tile${X}[(line * 4 + j) * ${quads} + quad] = vec4<f32>(rows[0][j], rows[1][j], rows[2][j], rows[3][j]);
      }
    }`,
  };
}

function programCode({ left, right, columns, bias, activation = 'value' }: Product, side: number): string {
  const quads = side / 4;
  const summands = HELD / side;
  const a = factorCode('A', left, quads);
  const b = factorCode('B', right, quads);
  const parts = side / 32;
  const eachSum = (line: (p: number, row: number, q: number) => string): string =>
    lines(parts, (p) => lines(4, (row) => lines(parts, (q) => line(p, row, q))));
  const fours = columns % 4 === 0;
  const biased = (sum: string, at: string): string => (bias === undefined ? sum : `${sum} + bias[${at}]`);
  const store = fours
    ? `let value = ${biased('sum', 'column / 4')};
    result[at / 4] = ${activation};`
    : `var sums = sum;
    for (var j = 0; j < min(4, uniforms.sizes.y - column); j++) {
      let value = ${biased('sums[j]', 'column + j')};
      result[at + j] = ${activation};
    }`;
  return `
  alias Value = ${fours ? 'vec4<f32>' : 'f32'};
  ${a.functions}
  ${b.functions}
  fn store(row : i32, column : i32, split : i32, sum : vec4<f32>) {
    if (row >= uniforms.sizes.x || column >= uniforms.sizes.y) { return; }
    let at = (split * uniforms.sizes.x + row) * uniforms.sizes.y + column;
    ${store}
  }
  fn main() {
    let thread = i32(localIndex);
    let quad = thread % ${quads};
    let line = thread / ${quads};
    let across = (uniforms.sizes.y + ${side - 1}) / ${side};
    let split = i32(workgroupId.z) / across;
    let firstA = i32(workgroupId.x + workgroupId.y * numWorkgroups.x) * ${side};
    let firstB = i32(workgroupId.z) % across * ${side};
    ${a.before}
    ${b.before}
    ${eachSum((p, row, q) => `var sum${p}${row}${q} = vec4<f32>(0.0);`)}
    var k = split * uniforms.sizes.w * ${summands};
    for (var step = 0; step < uniforms.sizes.w; step++) {
      ${a.step}
      ${b.step}
      workgroupBarrier();
      for (var i = 0; i < ${summands}; i++) {
        ${lines(parts, (p) => `let a${p} = tileA[i * ${quads} + thread / 8 + ${p * 8}];`)}
        ${lines(parts, (q) => `let b${q} = tileB[i * ${quads} + thread % 8 + ${q * 8}];`)}
        ${eachSum((p, row, q) => `sum${p}${row}${q} = fma(vec4<f32>(a${p}[${row}]), b${q}, sum${p}${row}${q});`)}
      }
      workgroupBarrier();
      k += ${summands};
    }
    ${eachSum((p, row, q) => `store(firstA + (thread / 8 + ${p * 8}) * 4 + ${row}, firstB + (thread % 8 + ${q * 8}) * 4, split, sum${p}${row}${q});`)}
  }`;
}

/**
 * Multiplies two matrices, each read as its functions say: every workgroup holds a tile of both in its own memory, so
 * that a value is read from the GPU's memory once for 32 or 64 products.
 */
export function multiplyTiled(backend: OfficialBackend, product: Product): TensorInfo {
  const { key, rows, columns, inner, left, right, outputShape, uniforms, uniformValues, splits = 1, bias } = product;
  const side = tileSide(rows, columns, splits);
  const steps = Math.ceil((inner * side) / HELD / splits);
  const down = Math.ceil(rows / side);
  const x = Math.min(down, MOST_IN_ONE_DIMENSION);
  const width = (fours: boolean): number => (fours ? 4 : 1);
  const fours = columns % 4 === 0;
  const added = bias === undefined ? [] : [bias];
  const program: Program = {
    variableNames: [left.name, right.name, ...added.map(() => 'bias')],
    variableComponents: [width(left.fours), width(right.fours), ...added.map(() => width(fours))],
    outputComponent: width(fours),
    outputShape,
    uniforms: `sizes : vec4<i32>, ${uniforms}`,
    workgroupSize: [THREADS, 1, 1],
    dispatchLayout: { x: [0], y: [1], z: [2] },
    dispatch: [x, Math.ceil(down / x), Math.ceil(columns / side) * splits],
    shaderKey: ['tiledProduct', key, side, fours, left.fours, right.fours, added.length, product.activation].join('_'),
    getUserCode: () => programCode(product, side),
  };
  const sizes = { type: 'int32', data: [rows, columns, inner, steps] } as const;
  return backend.runWebGPUProgram(program, [left.tensor, right.tensor, ...added], 'float32', [sizes, ...uniformValues]);
}
