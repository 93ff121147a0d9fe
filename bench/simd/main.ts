// Times the simd backend beside its peers and writes docs/benchmarks.md: npm run bench -- --help.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeJson } from 'tfjs-multitask/node';
import type { OpTime } from '../../packages/backend-simd/bench/ops';
import { measurePeak, type Peak } from '../../packages/backend-simd/bench/peak';
import { opTable } from '../../packages/backend-simd/bench/tables';
import { bundleChild } from './bundle';
import type { ConvSpeed } from './convs';
import { type Section, updatePage, updateSummary } from './document';
import { measureGrowth } from './growth';
import { describeMachine, machineLine } from './machine';
import { type Measurement, type MeasureOptions, measure } from './measure';
import { type BenchOptions, HELP, parseBenchCommand } from './options';
import type { Size } from './step';
import { convTable, fullTable, growthTable, memoryTable, timeTable } from './tables';
import { startWorker, type Who } from './worker';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const began = performance.now();
function report(text: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

/** What was measured, section by section, as Markdown. */
type Sections = Map<Section, string>;

/** Training on wasm takes minutes at the larger sizes. */
function spareFor({ image, filters }: Size) {
  return (who: Who, work: 'step' | 'forward'): boolean =>
    who === 'wasm' && work === 'step' && image ** 2 * filters > 300_000;
}

/** Steps, forward passes and memory at each size. */
async function compareSizes(
  { parts, peers, sizes, rounds, threads }: BenchOptions,
  bundle: string,
  sections: Sections,
): Promise<Measurement[]> {
  const works = (['step', 'forward'] as const).filter((work) => parts.includes(work === 'step' ? 'steps' : work));
  const memory = parts.includes('memory');
  if (works.length === 0 && !memory) return [];
  const who: Who[] = ['simd', ...peers];
  const options: Omit<MeasureOptions, 'who'> = { works, memory, rounds, threads, bundle, onProgress: report };
  const measured: Measurement[] = [];
  for (const size of sizes) {
    const only = works.length === 0 ? who.filter((one) => one === 'simd' || one === 'torch') : who;
    measured.push(await measure(size, { ...options, who: only, spare: spareFor(size) }));
  }
  const present = peers.filter((peer) => measured.some(({ by }) => by[peer]?.step ?? by[peer]?.forward));
  const about = `Milliseconds; the three-task U-Net, batch 4, ${threads} threads each, medians of ${rounds} rounds in turns.`;
  const absent = peers.flatMap((peer) => {
    const reason = measured.map(({ by }) => by[peer]?.missing).find(Boolean);
    return !present.includes(peer) && reason ? [`Not present: ${peer} (${reason}).`] : [];
  });
  const torch = measured[0]?.by.torch?.version;
  for (const work of works) {
    const text = [
      about,
      timeTable(work, measured, present),
      `In brackets: how many times as long as simd.${torch === undefined ? '' : ` The peer is ${torch}.`}`,
      ...absent,
    ];
    sections.set(work === 'step' ? 'Training step' : 'Forward pass', text.join('\n\n'));
  }
  if (memory) {
    const text = `${memoryTable(measured)}\n\nIn brackets: what came with the model.`;
    sections.set('Peak memory of a training step', text);
  }
  return measured;
}

/** The paper's own model: 45 million parameters. */
async function runFullModel(
  { peers, rounds, threads, quick }: BenchOptions,
  bundle: string,
  sections: Sections,
): Promise<Measurement> {
  const size: Size = { ...(quick ? { image: 64, filters: 16 } : { image: 256, filters: 64 }), batch: 1, accumulate: 4 };
  const who = (['simd', 'torch'] as const).filter((one) => one === 'simd' || peers.includes(one));
  const one = await measure(size, {
    who,
    works: ['step', 'forward'],
    memory: true,
    rounds: Math.min(rounds, 2),
    threads,
    bundle,
    onProgress: report,
  });
  const about = `${size.image}x${size.image}, ${size.filters} filters at the first level.`;
  sections.set("The paper's model", `${about}\n\n${fullTable(one)}`);
  return one;
}

function peakLine(peak: Peak, threads: number): string {
  const multiply = peak.fused ? 'fused multiply-adds' : 'products and sums';
  return (
    `Peak in WebAssembly (${multiply} of 128 bits): ${peak.oneThread.toFixed(1)} GFLOP/s with one thread, ` +
    `${peak.allThreads.toFixed(1)} with ${threads}. In brackets: share of the peak of ${threads} threads. Operations are ` +
    'counted as a direct convolution makes them; Winograd and upsampling take fewer, so that a share can pass 100 %.'
  );
}

/** Each convolution of the model at two sizes, as a share of what the cores can do. */
async function compareConvs({ threads, quick }: BenchOptions, bundle: string, peak: Peak, sections: Sections) {
  const sizes: Size[] = quick
    ? [{ image: 64, filters: 8, batch: 4 }]
    : [
        { image: 256, filters: 16, batch: 4 },
        { image: 256, filters: 64, batch: 1 },
      ];
  const found: { size: Size; convs: readonly ConvSpeed[] }[] = [];
  const tables: string[] = [];
  for (const size of sizes) {
    const onShape = (text: string) => report(`convolution ${text}`);
    const worker = await startWorker('simd', size, { threads, bundle, onShape });
    const convs = await worker.convs();
    await worker.end();
    found.push({ size, convs });
    const about = `GFLOP/s at ${size.image}x${size.image}, ${size.filters} filters, batch ${size.batch}:`;
    tables.push(about, convTable(convs, peak));
  }
  sections.set('Convolutions of the U-Net', [peakLine(peak, threads), ...tables].join('\n\n'));
  return found;
}

/** Ops of published networks. */
async function runOps(
  { threads }: BenchOptions,
  bundle: string,
  peak: Peak,
  sections: Sections,
): Promise<readonly OpTime[]> {
  const size: Size = { image: 16, filters: 1, batch: 1 };
  const worker = await startWorker('simd', size, { threads, bundle, onShape: (text) => report(`op ${text}`) });
  const ops = await worker.ops();
  await worker.end();
  sections.set('Ops of published networks', `${peakLine(peak, threads)}\n\n${opTable(ops, peak)}`);
  return ops;
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
  report(`written to ${file}`);
}

async function main(): Promise<void> {
  const options = parseBenchCommand(process.argv.slice(2));
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const machine = describeMachine();
  if (machine.load > machine.cores / 4) {
    report(`the machine is busy (load ${machine.load.toFixed(1)}): these times will say little`);
  }
  const bundle = await bundleChild();
  const { parts, threads, quick } = options;
  const sections: Sections = new Map();
  const sizes = await compareSizes(options, bundle, sections);
  const full = parts.includes('full') ? await runFullModel(options, bundle, sections) : null;
  if (parts.includes('convs') || parts.includes('ops')) report('peak of the cores');
  const peak = parts.includes('convs') || parts.includes('ops') ? await measurePeak(threads) : null;
  const convs = peak && parts.includes('convs') ? await compareConvs(options, bundle, peak, sections) : null;
  const ops = peak && parts.includes('ops') ? await runOps(options, bundle, peak, sections) : null;
  const growth = parts.includes('growth')
    ? await measureGrowth({ threads, cores: machine.cores, quick, bundle }, report)
    : null;
  if (growth) sections.set('How the step time grows', growthTable(growth));

  const line = machineLine(machine);
  for (const [title, text] of sections) {
    sections.set(title, `${line}\n\n${text}`);
    console.log(`## ${title}\n\n${line}\n\n${text}\n`);
  }
  await mkdir(options.out, { recursive: true });
  const file = join(options.out, 'bench.json');
  await writeJson(file, { machine, options, sizes, full, peak, convs, ops, growth });
  report(`written to ${file}`);
  if (options.docs === undefined) return;
  await rewrite(options.docs, (page) => updatePage(page, sections));
  const steps = sections.get('Training step')?.match(/^\|.*\|$/gm);
  if (steps) await rewrite(README, (readme) => updateSummary(readme, steps.join('\n'), line));
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
