// Adam's update of weights and moments in place. Each product and sum is rounded, as in the chain of ops that it stands
// for, so both give the same bits.
import { argF, argP, loadPart, storePart } from './common';

/**
 * One stretch of one weight. Arguments: table, beta1, 1 - beta1, beta2, 1 - beta2, 1 - beta1^t, 1 - beta2^t, epsilon, -rate,
 * factor of the gradient. The table has five numbers a stretch: addresses of weight, gradient (0: zeros) and both moments, count.
 */
export function adamUpdate(item: i32, _thread: i32): void {
  const entry = argP(0) + <usize>(item * 20);
  let value = <usize>load<u32>(entry), gradient = <usize>load<u32>(entry, 4);
  let first = <usize>load<u32>(entry, 8), second = <usize>load<u32>(entry, 12);
  const beta1 = f32x4.splat(argF(1)), rest1 = f32x4.splat(argF(2)), beta2 = f32x4.splat(argF(3)), rest2 = f32x4.splat(argF(4));
  const scale1 = f32x4.splat(argF(5)), scale2 = f32x4.splat(argF(6)), epsilon = f32x4.splat(argF(7));
  const rate = f32x4.splat(argF(8)), factor = f32x4.splat(argF(9));
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
