// The job board. The host writes a job's arguments and opens it; every thread then takes items until none is left, the
// host too. No one waits for a thread that has taken nothing, and which thread computes an item never changes a result.
import { adamUpdate } from './adam';
import { convTiles, filterGradient, packFilter, sumParts } from './conv';
import { depthwiseGradient, depthwiseRow } from './depthwise';
import { doubledFilter, doubledFilterBack, doubledGradient, doubledInput, doubledTiles } from './doubled';
import { binary, comparison, fill, select4, toFloat, unary } from './elementwise';
import { copyBox, transposeRows } from './layout';
import { affineColumns, columnMoments, columnProducts } from './norm';
import { maxVolumeGradient, meanVolumeGradient, volumePoolRow } from './pool3d';
import { blendGradient, blendRow, maxPoolGradient, meanPoolGradient, pickGradient, pickRow, poolRow, repeatGradientRow } from './pool';
import { foldColumns, foldRows, softmaxRows, sumStretch } from './reduce';
import { packPairs, thinPoints, thinRows } from './thin';
import { thinGradient } from './thin-gradient';
import { winogradFilter, winogradGradient, winogradTiles } from './winograd';

const BOARD: usize = 1024; // i64: number of the job, above the count of items not yet taken
const DONE: usize = 1088; // i32: items finished
const BELL: usize = 1152; // i32: rings (changes) with every job; idle threads sleep on it
const SLEEPERS: usize = 1216; // i32: threads that may need waking
const KERNEL: usize = 1280; // i32
const ITEMS: usize = 1284; // i32
const STOP: usize = 1288; // i32: threads return when it is set
const FAILED: usize = 1292; // i32: set by a thread that died in a kernel

function compute(kernel: i32, item: i32, thread: i32): void {
  switch (kernel) {
    case 0: return convTiles(item, thread);
    case 1: return packFilter(item, thread);
    case 2: return filterGradient(item, thread);
    case 3: return sumParts(item, thread);
    case 4: return unary(item, thread);
    case 5: return binary(item, thread);
    case 6: return comparison(item, thread);
    case 7: return select4(item, thread);
    case 8: return toFloat(item, thread);
    case 9: return fill(item, thread);
    case 10: return foldRows(item, thread);
    case 11: return foldColumns(item, thread);
    case 12: return softmaxRows(item, thread);
    case 13: return copyBox(item, thread);
    case 14: return transposeRows(item, thread);
    case 15: return poolRow(item, thread);
    case 16: return maxPoolGradient(item, thread);
    case 17: return meanPoolGradient(item, thread);
    case 18: return pickRow(item, thread);
    case 19: return repeatGradientRow(item, thread);
    case 20: return blendRow(item, thread);
    case 21: return blendGradient(item, thread);
    case 22: return winogradFilter(item, thread);
    case 23: return winogradTiles(item, thread);
    case 24: return winogradGradient(item, thread);
    case 26: return pickGradient(item, thread);
    case 27: return adamUpdate(item, thread);
    case 28: return sumStretch(item, thread);
    case 30: return packPairs(item, thread);
    case 31: return thinRows(item, thread);
    case 32: return thinGradient(item, thread);
    case 33: return doubledFilter(item, thread);
    case 34: return doubledTiles(item, thread);
    case 35: return doubledFilterBack(item, thread);
    case 36: return doubledInput(item, thread);
    case 37: return doubledGradient(item, thread);
    case 38: return thinPoints(item, thread);
    case 40: return depthwiseRow(item, thread);
    case 41: return depthwiseGradient(item, thread);
    case 42: return columnMoments(item, thread);
    case 43: return columnProducts(item, thread);
    case 44: return affineColumns(item, thread);
    case 45: return volumePoolRow(item, thread);
    case 46: return maxVolumeGradient(item, thread);
    case 47: return meanVolumeGradient(item, thread);
    default: unreachable();
  }
}

function drain(thread: i32): void {
  while (true) {
    const seen = atomic.load<i64>(BOARD);
    if (<i32>seen == 0) return;
    if (atomic.cmpxchg<i64>(BOARD, seen, seen - 1) == seen) {
      compute(load<i32>(KERNEL), load<i32>(ITEMS) - <i32>seen, thread);
      atomic.add<i32>(DONE, 1);
    }
  }
}

/** Computes a job on the calling thread alone. */
export function runAlone(kernel: i32, items: i32): void {
  for (let item = 0; item < items; item++) compute(kernel, item, 0);
}

/** Opens a job, works on it, and waits a while for the rest: see `finished`. */
export function runShared(kernel: i32, items: i32, spins: i32): i32 {
  store<i32>(KERNEL, kernel);
  store<i32>(ITEMS, items);
  atomic.store<i32>(DONE, 0);
  const job = <i64>(atomic.load<i32>(BELL) + 1);
  atomic.store<i64>(BOARD, (job << 32) | <i64>items);
  atomic.add<i32>(BELL, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(BELL, items - 1);
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

/** What every thread but the host's runs: looks for a job, `spins` times, then sleeps until the bell rings. */
export function serve(thread: i32, spins: i32): void {
  while (!atomic.load<i32>(STOP)) {
    let open = false;
    for (let i = 0; i < spins; i++) {
      if (<i32>atomic.load<i64>(BOARD) != 0) {
        open = true;
        break;
      }
    }
    if (open) {
      drain(thread);
      continue;
    }
    const bell = atomic.load<i32>(BELL);
    atomic.add<i32>(SLEEPERS, 1);
    if (<i32>atomic.load<i64>(BOARD) == 0 && !atomic.load<i32>(STOP)) atomic.wait<i32>(BELL, bell, -1);
    atomic.sub<i32>(SLEEPERS, 1);
  }
}
