import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callExport } from '../../scripts/attack/files/call-export';
import { CALLS, EXPORTS } from '../../scripts/attack/files/calls';
import { useCpu } from '../support/cpu';

// What the attack spoils must be good before: else every refusal would count as one of the nonsense.

useCpu();

describe.each(Object.keys(EXPORTS))('%s', (subpath) => {
  it('has a call of each exported function', () => {
    const functions = Object.entries(EXPORTS[subpath]).filter(([, value]) => typeof value === 'function');
    expect(Object.keys(CALLS[subpath]).sort()).toEqual(functions.map(([name]) => name).sort());
  });

  it.each(Object.keys(CALLS[subpath]))('%s takes the arguments of its call', async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'calls-'));
    try {
      await expect(callExport(`${subpath}.${name}`, folder, () => undefined)).resolves.toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
