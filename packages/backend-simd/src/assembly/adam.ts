// Adam's update of weights and moments in place. Each product and sum is rounded, as in the chain of ops that it stands
// for, so both give the same bits.
import { loadPart, storePart } from './common';
import { AdamUpdateArguments } from './generated/abi';

/**
 * One stretch of one weight. The table has five numbers a stretch: addresses of weight, gradient (0: zeros) and both
 * moments, count.
 */
export function adamUpdate(args: AdamUpdateArguments, item: i32, _thread: i32): void {
  const entry = args.table + <usize>(item * 20);
  let value = <usize>load<u32>(entry), gradient = <usize>load<u32>(entry, 4);
  let first = <usize>load<u32>(entry, 8), second = <usize>load<u32>(entry, 12);
  const beta1 = args.beta1, rest1 = args.rest1, beta2 = args.beta2, rest2 = args.rest2;
  const scale1 = args.scale1, scale2 = args.scale2, epsilon = args.epsilon;
  const rate = args.rate, factor = args.factor;
  for (let n = load<i32>(entry, 16); n > 0; n -= 4) {
    let g = f32x4.splat(0);
    if (gradient) {
      g = f32x4.mul(loadPart(gradient, n), factor);
      gradient += 16;
    }
    const m = f32x4.add(f32x4.mul(loadPart(first, n), beta1), f32x4.mul(g, rest1));
    const v = f32x4.add(f32x4.mul(loadPart(second, n), beta2), f32x4.mul(f32x4.mul(g, g), rest2));
    const size = f32x4.add(f32x4.sqrt(f32x4.div(v, scale2)), epsilon);
    const move = f32x4.mul(f32x4.div(f32x4.div(m, scale1), size), rate);
    storePart(first, m, n);
    storePart(second, v, n);
    storePart(value, f32x4.add(move, loadPart(value, n)), n);
    first += 16;
    second += 16;
    value += 16;
  }
}
