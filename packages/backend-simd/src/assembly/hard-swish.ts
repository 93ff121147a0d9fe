// Hard-swish, x * relu6(x + 3) / 6, and its gradient, each in one pass: 0 up to -3, x from 3 on. Source: Howard et al.,
// "Searching for MobileNetV3", 2019, arXiv:1905.02244. No product and sum is fused, so both binaries give the same
// bits.
import { loadPart, min32, storePart } from './common';
import { splat } from './functions';
import { HardSwishArguments, HardSwishGradientArguments } from './generated/abi';

/** What stands at each x: `inner` between -3 and 3, 0 before and `outer` behind. A NaN is between. */
// @ts-ignore: decorator
@inline
function pieces(x: v128, inner: v128, outer: v128): v128 {
  return v128.andnot(v128.bitselect(outer, inner, f32x4.ge(x, splat(3))), f32x4.le(x, splat(-3)));
}

/** `block` numbers an item. */
export function hardSwish(args: HardSwishArguments, item: i32, _thread: i32): void {
  const start = item * args.block;
  const at = <usize>start << 2;
  let from = args.x + at, to = args.out + at;
  for (let n = min32(args.block, args.count - start); n > 0; n -= 4) {
    const x = loadPart(from, n);
    storePart(to, pieces(x, f32x4.mul(x, f32x4.div(f32x4.add(x, splat(3)), splat(6))), x), n);
    from += 16;
    to += 16;
  }
}

/**
 * dy times the slope at x, `block` numbers an item. At -3 and 3, where there is a corner, the slope of the outer side.
 */
export function hardSwishGradient(args: HardSwishGradientArguments, item: i32, _thread: i32): void {
  const start = item * args.block;
  const at = <usize>start << 2;
  let from = args.x + at, dyFrom = args.dy + at, to = args.out + at;
  for (let n = min32(args.block, args.count - start); n > 0; n -= 4) {
    const x = loadPart(from, n), dy = loadPart(dyFrom, n);
    const slope = f32x4.div(f32x4.add(f32x4.add(x, x), splat(3)), splat(6));
    storePart(to, pieces(x, f32x4.mul(dy, slope), dy), n);
    from += 16;
    dyFrom += 16;
    to += 16;
  }
}
