// Jobs. The main thread writes a job's arguments and opens it; every thread then takes items until none is left, the
// main thread too. No one waits for a thread that has taken nothing, and which thread computes an item never changes a
// result.
import { DONE, FAILED, ITEMS, JOB, KERNEL, SLEEPERS, STOP, WAKEUPS } from '../abi/memory';
import { compute } from './generated/dispatch';

export { abiVersion } from './generated/dispatch';

function drain(thread: i32): void {
  while (true) {
    const seen = atomic.load<i64>(JOB);
    if (<i32>seen == 0) return;
    if (atomic.cmpxchg<i64>(JOB, seen, seen - 1) == seen) {
      compute(load<i32>(KERNEL), load<i32>(ITEMS) - <i32>seen, thread);
      atomic.add<i32>(DONE, 1);
    }
  }
}

/** Computes a job on the calling thread alone. */
export function runSingleThread(kernel: i32, items: i32): void {
  for (let item = 0; item < items; item++) compute(kernel, item, 0);
}

/** Opens a job, works on it, and waits a while for the rest: see `finished`. */
export function runShared(kernel: i32, items: i32, spins: i32): i32 {
  store<i32>(KERNEL, kernel);
  store<i32>(ITEMS, items);
  atomic.store<i32>(DONE, 0);
  const job = <i64>(atomic.load<i32>(WAKEUPS) + 1);
  atomic.store<i64>(JOB, (job << 32) | <i64>items);
  atomic.add<i32>(WAKEUPS, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(WAKEUPS, items - 1);
  drain(0);
  return finished(spins);
}

/** 0 when every item is computed, 1 when a thread died, 2 when items were still being computed after `spins` looks. */
export function finished(spins: i32): i32 {
  const items = load<i32>(ITEMS);
  for (let i = 0; i < spins; i++) {
    if (atomic.load<i32>(DONE) == items) return 0;
    if (atomic.load<i32>(FAILED)) return 1;
  }
  return 2;
}

/** What every thread but the main one runs: looks for a job, `spins` times, then sleeps until it is woken. */
export function serve(thread: i32, spins: i32): void {
  while (!atomic.load<i32>(STOP)) {
    let open = false;
    for (let i = 0; i < spins; i++) {
      if (<i32>atomic.load<i64>(JOB) != 0) {
        open = true;
        break;
      }
    }
    if (open) {
      drain(thread);
      continue;
    }
    const wakeups = atomic.load<i32>(WAKEUPS);
    atomic.add<i32>(SLEEPERS, 1);
    if (<i32>atomic.load<i64>(JOB) == 0 && !atomic.load<i32>(STOP)) atomic.wait<i32>(WAKEUPS, wakeups, -1);
    atomic.sub<i32>(SLEEPERS, 1);
  }
}
