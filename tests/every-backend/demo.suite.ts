import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { CONTENDERS } from '../../examples/demo/contenders';
import { openData } from '../../examples/demo/data';
import { parseCommandLine } from '../../examples/demo/options';
import { openRunFolder } from '../../examples/demo/run-folder';
import { scoreContender } from '../../examples/demo/score-contender';
import { trainContender } from '../../examples/demo/train-contender';
import { name, useNamedBackend } from './backend';

const SMALL = ['--images', '24', '--size', '16', '--filters', '2', '--epochs', '1', '--batch', '4'];

/** All three take a minute on cpu, and on a software renderer. */
const contenders = ['cpu', 'webgpu'].includes(name) ? CONTENDERS.filter(({ name }) => name === 'unet') : CONTENDERS;

it.each(contenders)(`npm run demo -- --backend ${name}: trains and scores $name`, async (contender) => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true); // its progress
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-multitask-demo-'));
  const command = parseCommandLine([...SMALL, '--backend', name, '--out', folder])!;
  const { path, options } = await openRunFolder(command, useNamedBackend);
  expect(options.backend).toBe(name);
  const data = await openData(options);
  const before = memory().numTensors;
  const settings = { folder: join(path, contender.name), resume: false, signal: new AbortController().signal };
  const { model, history } = await trainContender(contender, data, options, settings);
  expect(history.epochs.map(({ train }) => train.loss)).toEqual([expect.toSatisfy(Number.isFinite)]);
  const { test, predictions } = await scoreContender(model, data);
  expect(predictions).toHaveLength(data.test.length);
  for (const { outputs } of predictions) {
    for (const { data } of Object.values(outputs)) expect([...data].every(Number.isFinite)).toBe(true);
  }
  const measured = model.tasks.includes('segmentation') ? test.dice : test.accuracy;
  expect(measured?.value).toBeGreaterThanOrEqual(0);
  model.dispose();
  expect(memory().numTensors).toBe(before);
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});
