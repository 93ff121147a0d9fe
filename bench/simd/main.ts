// Compares the simd backend with the official wasm backend and PyTorch on the paper's three-task U-Net: a training step and a
// forward pass, in turns, each in a process of its own. Prints medians and the medians of paired ratios.
//
//   npx tsx bench/simd/main.ts [--rounds 3] [--repeats 5] [--threads 2] [--sizes 64x8,128x16] [--peers torch,wasm]
//
// PyTorch runs in the Python named by PYTHON (python3 unless set).
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

type Measure = Readonly<Record<'step' | 'forward', readonly number[]>>;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function measure(who: string, image: string, maps: string, repeats: string, threads: string): Measure | undefined {
  const size = [image, maps, '4', repeats, threads];
  const [command, args] =
    who === 'torch'
      ? [process.env.PYTHON ?? 'python3', [here('peer_torch.py'), ...size]]
      : [process.execPath, ['--import', 'tsx', here('run.ts'), who, ...size]];
  try {
    const out = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return JSON.parse(out.trim().split('\n').at(-1)!) as Measure;
  } catch {
    return undefined; // the peer is not installed here
  }
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    sizes: { type: 'string', default: '64x8,128x16' },
    peers: { type: 'string', default: 'torch,wasm' },
  },
});
const peers = values.peers.split(',').filter(Boolean);
console.log(
  `${cpus()[0]?.model}, ${values.threads} threads, Node ${process.versions.node}, batch 4; milliseconds (ratio to simd)`,
);
console.log(`| work | simd | ${peers.join(' | ')} |\n| --- | --- | ${peers.map(() => '---').join(' | ')} |`);
for (const size of values.sizes.split(',')) {
  const [image = '64', maps = '8'] = size.split('x');
  const rounds = Array.from({ length: Number(values.rounds) }, () =>
    ['simd', ...peers].map((who) => measure(who, image, maps, values.repeats, values.threads)),
  );
  for (const work of ['step', 'forward'] as const) {
    const cells = ['simd', ...peers].map((_, i) => {
      const pairs = rounds.flatMap((round) =>
        round[0] && round[i] ? [[median(round[0][work]), median(round[i][work])]] : [],
      );
      if (pairs.length === 0) return 'not here';
      const time = median(pairs.map(([, theirs]) => theirs!)).toFixed(1);
      return i === 0 ? time : `${time} (${median(pairs.map(([ours, theirs]) => theirs! / ours!)).toFixed(2)})`;
    });
    console.log(`| ${work}, ${image}x${image}, ${maps} maps | ${cells.join(' | ')} |`);
  }
}
