import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { updatePage, updateSummary } from '../../bench/simd/document';
import { machineLine } from '../../bench/simd/machine';
import { widestVectors } from '../../bench/simd/widest-vectors';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('the page of the benchmark', () => {
  const page = '# Benchmarks\n\nIntro.\n\n## Training step\n\nold\n\n## How the step time grows\n\ngrown\n';

  it('has what was measured written anew, in the order of the parts, and keeps the rest', () => {
    const measured = new Map([
      ['Training step', 'new'],
      ['Forward pass', 'first'],
    ] as const);
    expect(updatePage(page, measured)).toBe(
      '# Benchmarks\n\nIntro.\n\n## Training step\n\nnew\n\n## Forward pass\n\nfirst\n\n## How the step time grows\n\ngrown\n',
    );
  });

  it('is refused where it has a section that nobody would write', () => {
    expect(() => updatePage(`${page}\n## Speed\n\nfast\n`, new Map())).toThrow("The page has a section 'Speed'");
  });

  it('stays as it is where nothing was measured', () => {
    expect(updatePage(page, new Map())).toBe(page);
    expect(updatePage(read('docs/benchmarks.md'), new Map())).toBe(read('docs/benchmarks.md'));
  });
});

describe('the rows of README', () => {
  it('are written between their marks', () => {
    const readme = 'a\n<!-- written by npm run bench -->\nold\n<!-- end -->\nb\n';
    expect(updateSummary(readme, '| $& |', 'there')).toBe(
      'a\n<!-- written by npm run bench -->\n| $& |\n\nthere\n<!-- end -->\nb\n',
    );
    expect(() => updateSummary('a', '', '')).toThrow('no longer has the marks');
  });

  it('are those of the page', () => {
    const rows = read('README.md').match(/^\| \d+x\d+, \d+ filters \|.*$/gm);
    expect(rows).toHaveLength(4);
    for (const row of rows!) expect(read('docs/benchmarks.md')).toContain(`\n${row}\n`);
  });
});

describe('the line about the machine', () => {
  it('names the processor with its widest vectors', () => {
    expect(widestVectors('model name: x\nflags\t\t: fpu sse4_2 avx avx2\nbugs:')).toBe('AVX2');
    expect(widestVectors('flags : avx avx2 avx512f')).toBe('AVX-512');
    expect(widestVectors('Features\t: fp asimd')).toBe('NEON');
    expect(widestVectors('')).toBeUndefined();
    const machine = {
      date: '2026-11-30',
      commit: '0123456789',
      processor: 'AMD EPYC',
      vectors: 'AVX2',
      cores: 2,
      memoryGiB: 24,
      node: '20.20.2',
      platform: 'linux x64',
      load: 0.04,
    };
    expect(machineLine(machine)).toBe(
      '*2026-11-30, commit 0123456789: AMD EPYC (AVX2), 2 cores, Node 20.20.2, load before 0.0.*',
    );
    expect(machineLine({ ...machine, vectors: undefined })).toContain(': AMD EPYC, 2 cores');
  });
});
