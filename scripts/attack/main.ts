// Tries to make the library lose what was trained, crash, hang or say something wrong: npm run attack -- --help.
// Prints `N passed, N failed`; failing cases are written to attack/failures, and `--replay` tries them again.
import { tmpdir } from 'node:os';
import { relative } from 'node:path';
import type { Attack, Result } from './attack';
import { attacks } from './attacks';
import { readCase, writeFailure } from './failures';
import { type AttackOptions, HELP, parseCommandLine } from './options';
import { countCases, planCases } from './plan';
import { runCases } from './run-cases';
import { renderTable } from './table';
import type { Order } from './worker';

const MODULE = new URL('./attacks.ts', import.meta.url).href;

/** The kinds that can be tried here; says of the others why not. */
async function present(kinds: readonly Attack[]): Promise<Attack[]> {
  const here: Attack[] = [];
  for (const attack of kinds) {
    const reason = await attack.missing?.();
    if (reason === undefined) here.push(attack);
    else console.log(`skipped: ${attack.kind}: ${reason}`);
  }
  return here;
}

async function ordersOf({ cases, seed, only, every, replay }: AttackOptions): Promise<readonly Order[]> {
  if (replay.length > 0) return Promise.all(replay.map(readCase));
  const here = await present(attacks.filter(({ kind }) => only === undefined || only.includes(kind)));
  if (every) {
    const inputs = await Promise.all(here.map(async (attack) => (await attack.every?.(tmpdir())) ?? []));
    const orders = here.flatMap(({ kind }, i) => inputs[i].map((input, number) => ({ kind, seed, number, input })));
    console.log(`every case that can be listed: ${orders.length}`);
    return orders;
  }
  const counts = countCases(here, cases);
  console.log(`seed ${seed}: ${Array.from(counts, ([kind, count]) => `${count} ${kind}`).join(', ')}`);
  return planCases(counts, seed);
}

async function main(): Promise<void> {
  const options = parseCommandLine(
    process.argv.slice(2),
    attacks.map(({ kind }) => kind),
  );
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  if (options.list) {
    for (const { kind } of await present(attacks)) console.log(kind);
    return;
  }
  const orders = await ordersOf(options);
  const began = performance.now();
  let [done, failed, told] = [0, 0, began];
  const onResult = async (result: Result): Promise<void> => {
    done++;
    const { fault } = result;
    if (fault !== undefined) {
      failed++;
      const path = options.replay.length > 0 ? '' : ` (${relative('.', await writeFailure(result))})`;
      const { kind, number } = result.case;
      console.log(
        `${fault.outcome.toUpperCase()}: ${kind} ${number}${path}: ${fault.message.split('\n')[0].slice(0, 300)}`,
      );
    }
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    console.log(`${((told - began) / 1000).toFixed(0)} s: ${done} of ${orders.length} cases, ${failed} failed`);
  };
  const milliseconds = options.minutes * 60_000;
  const results = await runCases(attacks, orders, { module: MODULE, milliseconds, onResult });
  console.log(`\n${renderTable(results)}\n`);
  if (results.length < orders.length)
    console.log(`${orders.length - results.length} cases not tried, for want of time`);
  console.log(`${done - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
