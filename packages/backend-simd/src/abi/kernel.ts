declare const ADDRESS: unique symbol;

/** A place in the WebAssembly memory, in bytes: a number that no count can stand in for. */
export type Address = number & { readonly [ADDRESS]: true };

/** The address that stands for nothing. */
export const NONE = 0 as Address;

/** The address `bytes` behind another. */
export const behind = (address: Address, bytes: number): Address => (address + bytes) as Address;

/** The arguments of the next job, as integers and as floats. */
interface ArgumentViews {
  readonly ints: Int32Array;
  readonly floats: Float32Array;
}

/** A kernel of the WebAssembly module that takes `A`. */
export interface WasmKernel<A> {
  readonly number: number;
  readonly write: (views: ArgumentViews, args: A) => void;
}
