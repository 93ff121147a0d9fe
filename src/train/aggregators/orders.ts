import { random } from '../../internal/random';

/** Options of an aggregator that draws an order of the tasks in each step. */
export interface SeededOptions {
  /** The order in which tasks are looked at is a function of this and of the step. Default: 0. */
  readonly seed?: number | undefined;
}

/** For each of `count` tasks the others, shuffled. */
export function drawOrders(name: string, seed: number, step: number, count: number): number[][] {
  const stream = random(seed, name, step);
  const all = Array.from({ length: count }, (_, i) => i);
  return all.map((i) => stream.shuffle(all.filter((j) => j !== i)));
}
