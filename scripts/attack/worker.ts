// A child process that tries the cases it is sent, one after the other. What hangs or ends it is seen by its parent.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from 'tfjs-multitask/backends';
import { random } from 'tfjs-multitask/data';
import { type Attack, type Case, Fault, type Result } from './attack';

/** From the parent: a case to draw, or one to try again as it is. */
export type Order = Omit<Case, 'input'> & { readonly input?: unknown };

/** To the parent: that it is ready; the case that it tries now; what came of it, and whether the process is worn out. */
export type Report =
  | { readonly ready: true }
  | { readonly begun: Case }
  | { readonly fault?: Result['fault']; readonly worn: boolean };

/** A case that takes so much more memory than all before it is a crash on a machine that has less. */
const MEMORY_LIMIT = 1024 ** 3;

const send = (report: Report): void => void process.send!(report);

async function faultOf(attack: Attack, input: unknown): Promise<Result['fault']> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-'));
  try {
    await attack.run(input, folder);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return { outcome: error.outcome, message: error.message };
    return { outcome: 'crash', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const { attacks } = (await import(process.argv[2])) as { attacks: readonly Attack[] };
await useBackend('cpu', { onNotice: () => undefined });
process.on('message', async ({ kind, seed, number, input }: Order) => {
  const attack = attacks.find((one) => one.kind === kind)!;
  const drawn = input ?? attack.draw(random(seed, 'attack', kind, number));
  send({ begun: { kind, seed, number, input: drawn } });
  const before = process.resourceUsage().maxRSS;
  const fault = await faultOf(attack, drawn);
  const grown = (process.resourceUsage().maxRSS - before) * 1024;
  // The most that a process ever took hides what it takes later.
  const worn = grown > MEMORY_LIMIT;
  const message = `it took ${Math.round(grown / 1024 ** 2)} MB`;
  send({ fault: fault ?? (worn ? { outcome: 'crash', message } : undefined), worn });
});
send({ ready: true });
