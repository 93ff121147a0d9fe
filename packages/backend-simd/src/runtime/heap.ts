import type { Address } from '../abi/kernel';
import { FLOOR } from '../abi/memory';

/** Vector loads may read, never write, a little behind the last block. */
const SLACK = 256;
const PAGE = 65536;
const ALIGN = 64;
const MIB = 1024 * 1024;

interface Block {
  readonly start: number;
  readonly size: number;
}

/** Hands out blocks of one WebAssembly.Memory. Addresses are bytes; a block starts at a multiple of 64. */
export interface Heap {
  /** Returns the address of `bytes` bytes (not cleared). Throws when the memory cannot grow so far. */
  allocate(bytes: number): Address;
  /** Gives a block one more owner. */
  retain(address: Address): void;
  /** Takes a block from one owner, and back once it has none. */
  release(address: Address): void;
  /** Whether a block has more owners than one. */
  isShared(address: Address): boolean;
  /** Bytes now handed out. */
  used(): number;
  /** Bytes of the memory as it is now. */
  size(): number;
}

/** Best fit over free blocks that join their neighbours again, so that a training loop finds the same blocks each step. */
export function createHeap(memory: WebAssembly.Memory, maximumPages: number): Heap {
  const free: Block[] = []; // by size, then by start
  const byStart = new Map<number, Block>();
  const byEnd = new Map<number, Block>();
  const taken = new Map<number, number>();
  const moreOwners = new Map<number, number>();
  let end = memory.buffer.byteLength;
  let inUse = 0;

  function place(size: number, start: number): number {
    let low = 0;
    let high = free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = free[middle];
      if (block.size < size || (block.size === size && block.start < start)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function insert(start: number, size: number): void {
    if (size === 0) return;
    const block = { start, size };
    free.splice(place(size, start), 0, block);
    byStart.set(start, block);
    byEnd.set(start + size, block);
  }

  function remove(block: Block): void {
    free.splice(place(block.size, block.start), 1);
    byStart.delete(block.start);
    byEnd.delete(block.start + block.size);
  }

  function join(start: number, size: number): void {
    const before = byEnd.get(start);
    const after = byStart.get(start + size);
    let from = start;
    let to = start + size;
    if (before) {
      remove(before);
      from = before.start;
    }
    if (after) {
      remove(after);
      to = after.start + after.size;
    }
    insert(from, to - from);
  }

  function grow(size: number): boolean {
    const tail = byEnd.get(end - SLACK)?.size ?? 0;
    const need = Math.ceil((size - tail) / PAGE);
    const room = maximumPages - end / PAGE;
    if (need > room) return false;
    const generous = Math.min(room, Math.max(need, Math.floor(end / PAGE / 4)));
    for (const pages of generous > need ? [generous, need] : [need]) {
      try {
        memory.grow(pages);
      } catch {
        continue;
      }
      const before = end - SLACK;
      end += pages * PAGE;
      join(before, end - SLACK - before);
      return true;
    }
    return false;
  }

  insert(FLOOR, end - SLACK - FLOOR);

  return {
    allocate(bytes) {
      if (!(bytes >= 0))
        throw new Error(`simd backend: cannot allocate ${bytes} bytes; is a shape of a tensor incomplete?`);
      const size = Math.max(1, Math.ceil(bytes / ALIGN)) * ALIGN;
      let at = place(size, 0);
      if (at === free.length) {
        if (!grow(size)) {
          const needs = (bytes / MIB).toFixed(1);
          const has = ((maximumPages * PAGE - inUse) / MIB).toFixed(1);
          throw new Error(
            `simd backend: out of memory: a block needs ${needs} MiB, has ${has} MiB left of ` +
              `${(maximumPages * PAGE) / MIB} MiB; try a smaller batch or gradient accumulation.`,
          );
        }
        at = place(size, 0);
      }
      const block = free[at];
      remove(block);
      insert(block.start + size, block.size - size);
      taken.set(block.start, size);
      inUse += size;
      return block.start as Address;
    },
    release(address) {
      const size = taken.get(address);
      if (size === undefined) throw new Error(`simd backend: block ${address} is not in use.`);
      const more = moreOwners.get(address);
      if (more !== undefined) {
        if (more > 1) moreOwners.set(address, more - 1);
        else moreOwners.delete(address);
        return;
      }
      taken.delete(address);
      inUse -= size;
      join(address, size);
    },
    retain(address) {
      moreOwners.set(address, (moreOwners.get(address) ?? 0) + 1);
    },
    isShared: (address) => moreOwners.has(address),
    used: () => inUse,
    size: () => end,
  };
}
