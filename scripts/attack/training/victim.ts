// Run as a process of its own, to be killed: fits the tiny model in argv[2] by the setup in argv[3]. With a kill in argv[4]
// it kills itself at an operation on files. Says when training begins, and which checkpoint is whole.
import { readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from 'tfjs-multitask/backends';
import { watchFiles } from '../faulty-files';
import { fitTiny } from './fit';
import type { KillAtOperation } from './kill';

const [folder, setup, kill] = process.argv.slice(2);
const die = async (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

await useBackend('cpu', { onNotice: () => undefined });
if (kill !== undefined) {
  const { operation, number, moment } = JSON.parse(kill) as KillAtOperation;
  await watchFiles(folder, async (now) => {
    if (now.name !== operation || now.number !== number) return now.run();
    if (moment === 'half') await now.half();
    if (moment === 'after') await now.run();
    return die();
  });
}
writeSync(1, 'training\n');
await fitTiny(JSON.parse(setup), folder, {
  last: {
    onSafePoint() {
      const files = readdirSync(join(folder)).includes('run') ? readdirSync(join(folder, 'run')) : [];
      writeSync(
        1,
        `${
          files
            .filter((name) => name.endsWith('.tfmt'))
            .sort()
            .at(-1) ?? ''
        }\n`,
      );
    },
  },
});
