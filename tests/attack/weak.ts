import { type Attack, Fault } from '../../scripts/attack/attack';

// Attacks that something does not hold against: what the harness must see.

interface Input {
  readonly draw: number;
}

const weak = (kind: string, run: () => Promise<void>): Attack<Input> => ({
  kind,
  share: 1,
  seconds: 6,
  draw: ({ integer }) => ({ draw: integer(1000) }),
  run,
});

export const attacks: readonly Attack[] = [
  weak('holds', async () => undefined),
  weak('loses', async () => {
    throw new Fault('lost', 'three epochs are gone');
  }),
  weak('throws', async () => {
    throw new TypeError('x is not a function');
  }),
  weak('exits', async () => process.exit(7)),
  weak('is killed', async () => void process.kill(process.pid, 'SIGSEGV')),
  weak('spins', async () => {
    for (;;);
  }),
  weak('waits', () => new Promise(() => undefined)),
  weak('takes memory', async () => {
    const kept = Array.from({ length: 12 }, () => Buffer.alloc(100 * 1024 ** 2, 1));
    if (kept.length === 0) throw new Error('no memory');
  }),
];
