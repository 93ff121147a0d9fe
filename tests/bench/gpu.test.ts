import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Tally } from '../../bench/gpu/tally';
import { SWIFTSHADER_ADVICE, swiftShaderEnvironment } from '../support/swiftshader';
import { countingCode } from './watch-device';

interface Counts {
  readonly expected: Tally[];
  readonly boundBytes: number;
  readonly counted?: {
    readonly dispatches: number;
    readonly boundBytes: number;
    readonly readBacks: number;
    readonly readBackBytes: number;
    readonly loads: { readonly [name: string]: number };
  };
}

const environment = swiftShaderEnvironment();
const MINUTES = 5;

async function count(
  how: 'dry' | 'played',
  whose: 'ours' | 'official',
): Promise<{ training: Counts; fullTiles: Counts }> {
  if (how === 'played' && environment === undefined) throw new Error(SWIFTSHADER_ADVICE);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'tests/bench/gpu-child.ts', how, whose],
    { env: { ...process.env, ...environment }, timeout: MINUTES * 60_000 },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** What convolutions and their gradients load by name: worked out, and counted. */
const loadsOf = ({ expected, counted }: Counts) =>
  expected.filter(({ loads }) => loads > 0).map(({ name, loads }) => ({ name, loads, counted: counted!.loads[name] }));

describe.skipIf(environment === undefined && !process.env.REQUIRE_SWIFTSHADER)(
  'what a step asks of a GPU, worked out from shapes, is what SwiftShader is asked for',
  { timeout: MINUTES * 60_000 },
  () => {
    it.each(['ours', 'official'] as const)('%s: dispatches, bytes of tensors, and one readback', async (whose) => {
      const [dry, played] = await Promise.all([count('dry', whose), count('played', whose)]);
      expect(dry.training).toEqual({ expected: played.training.expected, boundBytes: played.training.boundBytes });
      const { counted, expected, boundBytes } = played.training;
      expect(counted).toMatchObject({
        dispatches: expected.reduce((sum, { dispatches }) => sum + dispatches, 0),
        boundBytes,
        readBacks: 1,
        readBackBytes: 4 * 6, // the joint loss, those of three tasks, the regularization, and whether all gradients are finite
      });
      const exact = [...loadsOf(played.fullTiles), ...(whose === 'official' ? loadsOf(played.training) : [])];
      expect(exact.map(({ name }) => name)).toEqual(expect.arrayContaining(expectedNames[whose]));
      for (const { name, loads, counted } of exact) expect({ name, loads }).toEqual({ name, loads: counted });
      // Tiles that hang over an edge load less.
      for (const { loads, counted } of loadsOf(played.training)) expect(counted).toBeLessThanOrEqual(loads);
    });
  },
);

const expectedNames = {
  ours: ['conv2d', 'conv2dBackpropInput', 'conv2dBackpropFilter'],
  official: ['conv2DDerInput', 'conv2DDerFilter'],
};

describe('a shader that counts what it reads', () => {
  const declare = (names: string) =>
    [...names].map((name, i) => `@group(0) @binding(${i}) var<storage, read> ${name}: array<vec4<f32>>;`).join('\n');

  it('counts each read of a tensor, by its words', () => {
    const code = countingCode(`${declare('ab')}\nlet y = a[i + b_[2]] * aa[3] + t.a[1];`);
    expect(code).toContain('let y = a[select(i + b_[2], i + b_[2], countRead(4u))] * aa[3] + t.a[1];');
    expect(code).toContain('fn countRead(words : u32) -> bool');
  });

  it('is left as it is where it reads nothing, or has no room for the counter', () => {
    for (const code of ['fn main() {}', `${declare('abcdefgh')}\nlet y = a[0];`]) expect(countingCode(code)).toBe(code);
  });
});
