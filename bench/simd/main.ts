// Times the simd backend beside its peers: npm run bench -- --help.

import { mkdir } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { writeJson } from 'tfjs-multitask/node';
import { bundleChild } from './bundle';
import type { ConvSpeed } from './convs';
import { measureGrowth } from './growth';
import { type Measurement, type MeasureOptions, measure } from './measure';
import { type BenchOptions, HELP, parseBenchCommand } from './options';
import { measurePeak } from './peak';
import type { Size } from './step';
import { convTable, fullTable, growthTable, memoryTable, timeTable } from './tables';
import { startWorker, type Who } from './worker';

const began = performance.now();
function report(text: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

function print(title: string, text: string): void {
  console.log(`### ${title}\n\n${text}\n`);
}

/** Training on wasm takes minutes at the larger sizes. */
function spareFor({ image, maps }: Size) {
  return (who: Who, work: 'step' | 'forward'): boolean =>
    who === 'wasm' && work === 'step' && image ** 2 * maps > 300_000;
}

/** Steps, forward passes and memory at each size. */
async function compareSizes({ parts, peers, sizes, rounds, threads }: BenchOptions, bundle: string) {
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
  for (const work of works) {
    print(
      work === 'step' ? 'Training step, milliseconds' : 'Forward pass, milliseconds',
      `${timeTable(work, measured, present)}\n\nIn brackets: how many times as long as simd.`,
    );
  }
  for (const peer of peers) {
    const reason = measured.map(({ by }) => by[peer]?.missing).find(Boolean);
    if (!present.includes(peer) && reason) console.log(`${peer}: not present (${reason})\n`);
  }
  if (memory) {
    print('Peak memory of a training step', `${memoryTable(measured)}\n\nIn brackets: what came with the model.`);
  }
  return measured;
}

/** The paper's own model: 45 million parameters. */
async function runFullModel({ peers, rounds, threads, quick }: BenchOptions, bundle: string) {
  const size: Size = { ...(quick ? { image: 64, maps: 16 } : { image: 256, maps: 64 }), batch: 1, accumulate: 4 };
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
  print(`The paper's model, ${size.image}x${size.image}, ${size.maps} maps`, fullTable(one));
  return one;
}

/** Each convolution of the model at a size, as a share of what the cores can do. */
async function compareConvs({ threads, quick }: BenchOptions, bundle: string) {
  report('peak of the cores');
  const peak = await measurePeak(threads);
  const sizes: Size[] = quick
    ? [{ image: 64, maps: 8, batch: 4 }]
    : [
        { image: 256, maps: 16, batch: 4 },
        { image: 256, maps: 64, batch: 1 },
      ];
  const found: { size: Size; convs: readonly ConvSpeed[] }[] = [];
  const multiply = peak.fused ? 'fused multiply-adds' : 'products and sums';
  console.log(
    `Peak in WebAssembly (${multiply} of 128 bits): ${peak.oneThread.toFixed(1)} GFLOP/s with one thread, ` +
      `${peak.allThreads.toFixed(1)} with ${threads}.\n`,
  );
  for (const size of sizes) {
    const onShape = (text: string) => report(`convolution ${text}`);
    const worker = await startWorker('simd', size, { threads, bundle, onShape });
    const convs = await worker.convs();
    await worker.end();
    found.push({ size, convs });
    print(
      `Convolutions at ${size.image}x${size.image}, ${size.maps} maps, batch ${size.batch}, GFLOP/s`,
      `${convTable(convs, peak)}\n\nIn brackets: share of the peak of ${threads} threads. Operations are counted as a direct ` +
        'convolution makes them; Winograd and doubled pixels take fewer, so that a share can pass 100 %.',
    );
  }
  return { peak, found };
}

async function main(): Promise<void> {
  const options = parseBenchCommand(process.argv.slice(2));
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0],
    date: new Date().toISOString(),
  };
  if (machine.load > machine.cores / 4) {
    report(`the machine is busy (load ${machine.load.toFixed(1)}): these times will say little`);
  }
  const bundle = await bundleChild();
  const { threads, quick } = options;
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${threads} threads each, Node ${machine.node}; the three-task U-Net, batch 4, ` +
      `medians of ${options.rounds} rounds in turns.\n`,
  );
  const sizes = await compareSizes(options, bundle);
  const full = options.parts.includes('full') ? await runFullModel(options, bundle) : null;
  const convs = options.parts.includes('convs') ? await compareConvs(options, bundle) : null;
  const growth = options.parts.includes('growth')
    ? await measureGrowth({ threads, cores: machine.cores, quick, bundle }, report)
    : null;
  if (growth) print('How the step time grows on simd', growthTable(growth));
  await mkdir(options.out, { recursive: true });
  const file = join(options.out, 'bench.json');
  await writeJson(file, { machine, options, sizes, full, convs, growth });
  report(`written to ${file}`);
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
