import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { openData } from '../../examples/demo/data';
import { DEFAULTS, parseCommandLine } from '../../examples/demo/options';
import { openRunFolder } from '../../examples/demo/run-folder';
import { temporaryDirectory } from '../node/temporary-directory';

const path = temporaryDirectory();

function open(args: readonly string[], useBackend: (name?: string) => Promise<string>) {
  return openRunFolder(parseCommandLine([...args, '--out', path('run')])!, useBackend);
}

describe("the demo's command line", () => {
  it('is given back by a resumed run, with the backend that was picked', async () => {
    const first = await open(['--seed', '7', '--learning-rate', '0.01'], async () => 'picked');
    expect(first.options).toEqual({ ...DEFAULTS, seed: 7, learningRate: 0.01, backend: 'picked' });
    expect(JSON.parse(await readFile(path('run/options.json'), 'utf8'))).toEqual(first.options);
    const useBackend = vi.fn(async () => 'picked');
    expect(await open(['--resume', '--seed', '7'], useBackend)).toEqual(first);
    expect(useBackend).toHaveBeenCalledWith('picked');
    await expect(open(['--resume', '--learning-rate', '0.1'], useBackend)).rejects.toThrow(
      `--resume: the run in ${path('run')} has --learning-rate 0.01, got 0.1; leave it out or start anew.`,
    );
    await expect(open(['--resume', '--backend', 'cpu'], useBackend)).rejects.toThrow('has --backend picked, got cpu');
    expect((await open([], useBackend)).path).toBe(path('run-2'));
  });

  it('diagnoses in a resumed run what it diagnosed before, and nothing else', async () => {
    const useBackend = async () => 'picked';
    expect((await open([], useBackend)).options.diagnose).toBe(false);
    await expect(open(['--resume', '--diagnose'], useBackend)).rejects.toThrow('has --diagnose false, got true');
    const { path: second } = await open(['--diagnose'], useBackend);
    const resumed = await openRunFolder(parseCommandLine(['--resume', '--out', second])!, useBackend);
    expect(resumed.options.diagnose).toBe(true);
  });

  it('takes --quick for a smaller run, in which other options still count', async () => {
    const { options } = await open(['--quick', '--images', '100', '--seeds', '3'], async () => 'picked');
    expect(options).toEqual({ ...DEFAULTS, quick: true, images: 100, epochs: 4, seeds: 3, backend: 'picked' });
    expect(options.epochs).toBeLessThan(DEFAULTS.epochs);
  });

  it('leaves nothing behind where no backend works', async () => {
    await expect(open([], () => Promise.reject(new Error('no backend')))).rejects.toThrow('no backend');
    expect(await readdir(path())).toEqual([]);
  });

  it.each([
    [['--size', '50'], '--size must be a multiple of 16, got 50.'],
    [['--epochs', '0'], "--epochs must be a number of at least 1, got '0'."],
    [['--batch', '2.5'], "--batch must be a whole number, got '2.5'."],
    [['--batch', '1'], "--batch must be a number of at least 2, got '1'."],
    [['--resume'], 'there is no run in'],
  ])('refuses %j', async (args, message) => {
    await expect((async () => open(args, async () => 'cpu'))()).rejects.toThrow(message);
  });
});

describe("the demo's data", () => {
  it('is refused at once where a model would have nothing to validate with', async () => {
    const tiny = (seed: number) => openData({ ...DEFAULTS, images: 24, size: 16, seed, backend: 'cpu' });
    const refused =
      /^phantom: the validation part needs images with a mask .*; of its \d, 0 have a mask and \d a class/;
    let opened = 0;
    for (let seed = 0; seed < 10; seed++) {
      const data = await tiny(seed).catch(({ message }: Error) => {
        expect(message).toMatch(refused);
        return undefined;
      });
      if (!data) continue;
      opened++;
      const masks = data.validation.filter((i) => data.dataset.rows[i].tasks.includes('segmentation'));
      expect(masks.length).toBeGreaterThan(0);
    }
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThan(10);
  });
});
