import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../src/options';
import { QUEUE } from '../src/queue/connect';
import { parseWorkerCommand } from '../src/queue/options';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();
const BIN = fileURLToPath(new URL('../bin', import.meta.url));
/** Four runs, of seconds each. */
const GRID = ['--grid', 'tiny', '--only', 'labels', '--phantoms', '60', '--backend', 'simd'];

const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Command {
  readonly process: ChildProcess;
  /** All that it has printed so far. */
  said(): string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

const begun: ChildProcess[] = [];

function start(command: string, args: readonly string[]): Command {
  const process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  begun.push(process);
  let text = '';
  for (const stream of [process.stdout, process.stderr]) stream.on('data', (data) => (text += String(data)));
  const ended = once(process, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { process, said: () => text, ended };
}

const run = (name: string, ...args: string[]): Command => start(process.execPath, [join(BIN, `${name}.mjs`), ...args]);

afterEach(async () => {
  for (const child of begun.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});

async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 240): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited for ${seconds} s: ${what}.`);
    await setTimeout(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('--queue', () => {
  it.each(['localhost:6379', 'http://localhost', 'redis://', ''])('refuses %j', (text) => {
    expect(() => parseCommandLine([`--queue=${text}`])).toThrow(
      `--queue must be the address of a Redis server, as redis://host:6379; got '${text}'.`,
    );
  });

  it('is one way to share work out, and needed by a worker', () => {
    expect(() => parseCommandLine(['--queue', 'redis://a', '--shard', '1/2'])).toThrow('choose one');
    expect(() => parseCommandLine(['--queue', 'redis://a', '--jobs', '1'])).toThrow('npm run worker -- --jobs N');
    expect(() => parseWorkerCommand([])).toThrow('--queue is needed');
    expect(() => parseWorkerCommand(['--queue', 'redis://a', '--paths', '/a'])).toThrow('--paths must be THERE=HERE');
    expect(parseWorkerCommand(['--queue', 'redis://a', '--paths', '/a/=/b'])).toMatchObject({
      jobs: 1,
      stalledAfter: 30,
      paths: ['/a', '/b'],
    });
  });

  it('says what to do where no server answers, and ends', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const worker = run('worker', '--queue', `redis://:secret@127.0.0.1:${port}`);
    expect(await worker.ended).toBe(1);
    expect(worker.said()).toContain(
      `--queue: no Redis to work with at redis://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}. Start one,`,
    );
    expect(worker.said()).not.toContain('secret');
  });

  it('says what to install where there is no BullMQ', { timeout: 120_000 }, async () => {
    const hook = `export const resolve = (name, context, next) => {
      if (name !== 'bullmq') return next(name, context);
      throw Object.assign(new Error('Cannot find it'), { code: 'ERR_MODULE_NOT_FOUND' });
    };`;
    const asModule = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
    const hide = asModule(`import { register } from 'node:module'; register(${JSON.stringify(asModule(hook))});`);
    const worker = start(process.execPath, ['--import', hide, join(BIN, 'worker.mjs'), '--queue', 'redis://127.0.0.1']);
    expect(await worker.ended).toBe(1);
    expect(worker.said()).toContain('--queue needs BullMQ and its client of Redis: npm install bullmq ioredis');
  });
});

// Without a server of Redis on the PATH these are skipped, but for machines that require it (REQUIRE_REDIS, as .ci/run).
describe.skipIf(!hasRedis && !process.env.REQUIRE_REDIS)(
  'workers on redis-server (apt-get install redis-server)',
  () => {
    let url: string;
    let redis: Command;
    let port: number;
    const startRedis = async (): Promise<void> => {
      const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', path('redis')];
      redis = start('redis-server', [...where, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']);
      await until('redis-server', () => redis.said().includes('Ready to accept connections'), 30);
    };
    const worker = (): Command => run('worker', '--queue', url, '--stalled-after', '3');
    const experiments = (out: string, ...args: string[]): Command =>
      run('experiments', ...GRID, '--out', path(out), ...args);
    const runsOf = (out: string): Promise<string[]> => readdir(path(out, 'runs'));
    async function weightsOf(out: string, id: string): Promise<Record<string, Buffer>> {
      const files = (await readdir(path(out, 'runs', id, 'model'))).sort();
      return Object.fromEntries(
        await Promise.all(
          files.map(async (file) => [file, await readFile(path(out, 'runs', id, 'model', file))] as const),
        ),
      );
    }

    beforeEach(async () => {
      await mkdir(path('redis'));
      port = await freePort();
      url = `redis://127.0.0.1:${port}`;
      await startRedis();
    });

    it('survive a kill and a restart of the server, with the weights of an undisturbed grid', {
      timeout: 900_000,
    }, async () => {
      const workers = [worker(), worker(), worker()];
      const [first, again] = [experiments('queue', '--queue', url), experiments('queue', '--queue', url)];
      // One of them dies in the middle of a run: after its first checkpoint.
      let victim: { worker: Command; id: string } | undefined;
      await until('a checkpoint', () => {
        for (const candidate of workers) {
          const id = /(\S+) begins/.exec(candidate.said())?.[1];
          const checkpoints = path('queue', 'runs', id ?? '', 'checkpoints');
          if (
            id !== undefined &&
            existsSync(checkpoints) &&
            readdirSync(checkpoints).some((name) => name.endsWith('.tfmt'))
          ) {
            victim = { worker: candidate, id };
          }
        }
        return victim !== undefined;
      });
      victim!.worker.process.kill('SIGKILL');
      expect(await victim!.worker.ended).toBe('SIGKILL');
      redis.process.kill('SIGTERM');
      await redis.ended;
      await setTimeout(1000);
      await startRedis();

      for (const submitter of [first, again]) {
        expect(await submitter.ended, submitter.said()).toBe(0);
        expect(submitter.said()).toContain('4 of 4 runs are complete, 0 failed.');
      }
      const left = workers.filter((one) => one !== victim!.worker);
      expect(left.map((one) => one.said()).join('')).toMatch(/Redis at \S+ is away/);
      expect(left.map((one) => one.said()).join('')).toContain(`${victim!.id}`);
      // Whoever asked, and how often: no run was done to its end twice.
      const ends = workers.flatMap((one) => [...one.said().matchAll(/(\S+) complete\n/g)].map(([, id]) => id));
      expect(new Set(ends).size).toBe(ends.length);
      for (const one of left) one.process.kill('SIGTERM');
      for (const one of left) expect(await one.ended).toBe(130);

      const calm = experiments('calm');
      expect(await calm.ended, calm.said()).toBe(0);
      const ids = await runsOf('calm');
      expect(ids).toHaveLength(4);
      expect((await runsOf('queue')).sort()).toEqual(ids.sort());
      for (const id of ids) {
        const weights = await weightsOf('calm', id);
        expect(Object.keys(weights)).toHaveLength(2);
        expect(await weightsOf('queue', id)).toEqual(weights);
        const scores = (out: string) => readFile(path(out, 'runs', id, 'scores.json'), 'utf8');
        expect(await scores('queue')).toBe(await scores('calm'));
      }
    });

    it('try a poisoned job three times, set it aside with its error, and go on', { timeout: 600_000 }, async () => {
      const one = worker();
      const before = run('experiments', ...GRID.with(3, 'source'), '--out', path('poisoned'), '--queue', url);
      await until('a run', () => /\S+ begins/.test(one.said()));
      const [id] = await runsOf('poisoned');
      // What cannot be a folder of a model.
      await writeFile(path('poisoned', 'runs', id, 'model'), '');
      expect(await before.ended, before.said()).toBe(1);
      expect(before.said()).toMatch(new RegExp(`${id} FAILED 3 times and is set aside: .*model`));
      expect(one.said().match(/\S+ failed: /g)).toHaveLength(3);
      const info = JSON.parse(await readFile(path('poisoned', 'runs', id, 'run.json'), 'utf8'));
      expect(info).toMatchObject({ status: 'failed' });
      expect(one.process.exitCode).toBeNull();
    });

    it('refuse what other code asked for, and leave it to others', { timeout: 120_000 }, async () => {
      const queue = new Queue(QUEUE, { connection: { url } });
      await queue.add('a-run', { id: 'a-run', request: {}, code: '0123456789abcdef' }, { jobId: 'a-run' });
      const one = worker();
      expect(await one.ended).toBe(1);
      expect(one.said()).toMatch(
        /the code here \([0-9a-f]{12}\) is not that of which the work was made \(0123456789ab\); bring it to the same version\./,
      );
      const job = await queue.getJob('a-run');
      expect(await job!.getState()).toMatch(/^(delayed|waiting)$/);
      expect(job).toMatchObject({ attemptsMade: 0, progress: { notice: expect.stringContaining('refused by') } });
      await queue.close();
    });
  },
);
