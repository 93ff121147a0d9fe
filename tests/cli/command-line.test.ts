import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { version } from '../../package.json';
import { fileSystem, writePng } from '../../src/node/index';
import { unet } from '../../src/paper/index';
import { useCpu } from '../support/cpu';
import { start } from './start';
import { run, useFolder } from './support';

useCpu();
const at = useFolder();

it('says its version, and what there is', async () => {
  expect(await start(['--version']).ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  const help = await run('--help');
  expect([help.code, help.stderr]).toEqual([0, '']);
  for (const command of ['predict', 'export', 'inspect', 'doctor']) {
    expect(help.stdout).toContain(`\n  ${command} `);
    const own = await run(command, '--help');
    expect([own.code, own.stderr]).toEqual([0, '']);
    expect(own.stdout).toContain(`Usage: tfjs-multitask ${command} [options]`);
    expect(own.stdout).toContain('--json');
  }
});

it.each([
  [['inspekt'], "tfjs-multitask: unknown command 'inspekt' (Did you mean inspect?)\n"],
  [['doctor', '--jsn'], "tfjs-multitask: unknown option '--jsn' (Did you mean --json?)\n"],
  [['inspect', 'a', 'b'], "tfjs-multitask: too many arguments for 'inspect'. Expected 1 argument but got 2.\n"],
])('%j is not understood', async (args, stderr) => {
  expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr });
});

it('without a command it shows its help, as what was not understood', async () => {
  const { code, stdout, stderr } = await run();
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: tfjs-multitask');
});

it('a failure is a line on stderr, without a stack', async () => {
  const { code, stdout, stderr } = await start(['inspect', 'nothing']).ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^tfjs-multitask: nothing: expected a saved model, .+\n$/);
});

it('what reads its output may leave early', async () => {
  const { child, ended } = start(['--help']);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

it('Ctrl-C in the middle of predicting leaves nothing', async () => {
  const model = unet({ inputShape: [16, 16, 1], filters: [2, 2], seed: 1 });
  await model.net.save(fileSystem(at('model')));
  model.dispose();
  const image = { data: new Uint8Array(256), shape: [16, 16, 1] };
  for (let i = 0; i < 400; i++) await writePng(at('images', `${i}.png`), image);
  const { child, ended } = start(['predict', at('model'), at('images'), '--out', at('out')], {
    TFJS_MULTITASK_BACKEND: 'cpu',
  });
  await once(child.stderr as NodeJS.ReadableStream, 'data'); // a tenth
  expect((await readdir(at())).some((name) => name.endsWith('tfmt-tmp'))).toBe(true);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toContain('Stopping after this batch; nothing will be written');
  expect((await readdir(at())).sort()).toEqual(['images', 'model']);
});
