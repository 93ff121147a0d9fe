import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Measurement, ratio } from '../../bench/simd/measure';
import { parseBenchCommand } from '../../bench/simd/options';
import { convTable, growthTable, memoryTable, timeTable } from '../../bench/simd/tables';
import { median } from '../../packages/backend-simd/bench/median';

const size = { image: 64, filters: 8, batch: 4 };

describe('the tables of the benchmark', () => {
  it('take medians, and ratios within rounds', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(ratio([10, 40, 30], [10, 20, 10])).toBe(2);
    // Who takes very long has fewer rounds.
    expect(ratio([30], [10, 20, 10])).toBe(3);
    expect(ratio(undefined, [1])).toBeUndefined();
  });

  it('show times beside those of the peers that are here', () => {
    const measured: Measurement[] = [
      {
        size,
        by: { simd: { step: [10, 20, 10] }, torch: { step: [10, 40, 30] }, wasm: { missing: 'no such package' } },
      },
      { size: { ...size, image: 128 }, by: { simd: { step: [200] }, torch: { forward: [1] } } },
    ];
    expect(timeTable('step', measured, ['torch', 'wasm'])).toBe(
      [
        '| training step | simd | PyTorch | wasm |',
        '| --- | --- | --- | --- |',
        '| 64x64, 8 filters | 10.0 | 30.0 (2.00x) | - |',
        '| 128x128, 8 filters | 200 | - | - |',
      ].join('\n'),
    );
  });

  it('show memory with and without the process itself', () => {
    const by = {
      simd: { memory: { beforeMiB: 100, peakMiB: 250 } },
      torch: { memory: { beforeMiB: 400, peakMiB: 500 } },
    };
    expect(memoryTable([{ size, by }])).toContain('| 64x64, 8 filters | 250 (150) | 500 (100) | 0.50 (1.50) |');
  });

  it('show speeds as shares of the peak, and growth as ratios', () => {
    const gflops = { forward: 40, input: 20, filter: 88 };
    const convs = [
      { image: [64, 32], filter: [3, 3, 8, 16], upsampled: false, count: 2, gflops },
      { image: [64, 32], filter: [2, 2, 8, 4], upsampled: true, count: 1, gflops },
    ] as const;
    const shown = convTable(convs, { fused: true, oneThread: 40, allThreads: 80 });
    const speeds = '40.0 (50 %) | 20.0 (25 %) | 88.0 (110 %) |';
    expect(shown).toContain(`| 64x32 | 3x3, 8 to 16 | 2 | ${speeds}`);
    expect(shown).toContain(`| 64x32 | 2x2 behind a 2x upsampling, 8 to 4 | 1 | ${speeds}`);
    const lines = growthTable([
      { what: 'batch', value: 1, size, threads: 2, ms: 10 },
      { what: 'batch', value: 2, size, threads: 2, ms: 15 },
      { what: 'threads', value: 1, size, threads: 1, ms: 30 },
    ]).split('\n');
    expect(lines.slice(2).map((line) => line.split('|').at(-2)?.trim())).toEqual(['', '1.50', '']);
    expect(lines.at(-1)).toContain('batch 4, 1 thread |');
  });
});

describe("the benchmark's command line", () => {
  it('measures everything unless told otherwise', () => {
    expect(parseBenchCommand([])).toEqual({
      parts: ['steps', 'forward', 'memory', 'full', 'convs', 'ops', 'growth'],
      peers: ['torch', 'wasm', 'node'],
      sizes: [
        { image: 64, filters: 8, batch: 4 },
        { image: 128, filters: 16, batch: 4 },
        { image: 256, filters: 16, batch: 4 },
        { image: 256, filters: 32, batch: 4 },
      ],
      rounds: 5,
      threads: 2,
      quick: false,
      out: resolve('runs/bench'),
      docs: resolve('docs/benchmarks.md'),
    });
    expect(parseBenchCommand(['--quick'])).toMatchObject({ rounds: 2, sizes: [{ image: 64 }, { image: 128 }] });
    expect(parseBenchCommand(['--quick'])?.parts).not.toContain('full');
    expect(parseBenchCommand(['--quick'])?.docs).toBeUndefined();
    expect(parseBenchCommand(['--only', 'convs,steps', '--sizes', '32x4'])).toMatchObject({
      parts: ['steps', 'convs'],
      sizes: [{ image: 32, filters: 4, batch: 4 }],
    });
  });

  it.each([
    [['--only', 'speed'], "--only takes steps, forward, memory, full, convs, ops, growth, got 'speed'."],
    [['--sizes', '64'], "--sizes takes a side that is a multiple of 16, x and filters, such as 64x8; got '64'."],
    [['--sizes', '60x8'], "got '60x8'."],
    [['--rounds', '0'], "--rounds must be a whole number of at least 1, got '0'."],
  ])('refuses %j', (args, message) => {
    expect(() => parseBenchCommand(args)).toThrow(message);
  });
});
