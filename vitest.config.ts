import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('./src', import.meta.url));
const simd = fileURLToPath(new URL('./packages/backend-simd/src/index.ts', import.meta.url));

/** The files that take longest, by the report of `npm test -- --reporter=json`: `npm run test:quick` leaves them out. */
const SLOW = [
  'apps/experiments/tests/{predict-shards,queue,report,run}.test.ts',
  'apps/figures/tests/figures.test.ts',
  'packages/backend-simd/tests/{conv-joined,conv-upsample2x,conv2d,conv3d,reduce,winograd}.test.ts',
  'tests/attack/*.test.ts',
  'tests/backends/{every-gradient,training}.test.ts',
  'tests/backends/simd/{train,training-growth}.test.ts',
  'tests/backends/patches/webgpu/node.test.ts',
  'tests/bench/gpu.test.ts',
  'tests/cli/{command-line,doctor}.test.ts',
  'tests/contracts/{published-,}nets.test.ts',
  'tests/docs/*.test.ts',
  'tests/flows/*.test.ts',
  'tests/models/load-and-train.test.ts',
  'tests/golden/encoders/*.test.ts',
  'tests/layers/encoders/*.test.ts',
  'tests/models/standard/standard.test.ts',
  'tests/models/sharing/{contract,training}.test.ts',
  'tests/metrics/statistics/bootstrap-interval.test.ts',
  'tests/node/{file-system,resume,write-durably}.test.ts',
  'tests/tools/*.test.ts',
  'tests/train/leaks.test.ts',
  'tests/weights/load-weights.test.ts',
  'tests/weights/pretrained/pretrained.test.ts',
  'tests/train/step/{aggregate,frozen}.test.ts',
];
/** Files that register backends, mock modules or test what an import does: each needs modules of its own. The others share theirs. */
const ALONE = [
  'apps/experiments/tests/folder.test.ts',
  'packages/backend-simd/tests/*.test.ts',
  'tests/backends/**/*.test.ts',
  'tests/cli/{export,inspect,predict}.test.ts',
  'tests/internal/check-backend.test.ts',
  'tests/layers/register.test.ts',
  'tests/layers/fused/fuse-conv2d.test.ts',
  'tests/node/read-image.test.ts',
  'tests/train/learning-rates.test.ts',
  'tests/train/step/{flat-gradients,fused-adam,sum-all}.test.ts',
];
const ALL = ['{tests,{packages,apps}/*/tests}/**/*.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^tfjs-multitask$/, replacement: `${src}/index.ts` },
      { find: /^tfjs-multitask\/(\w+)$/, replacement: `${src}/$1/index.ts` },
      { find: /^tfjs-backend-simd$/, replacement: simd },
    ],
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The cpu backend greets every process that uses it.
    onConsoleLog: (log) => !log.includes('Hi, looks like you are running TensorFlow.js in Node.js'),
    projects: [
      { extends: true, test: { name: 'quick', include: ALL, exclude: [...SLOW, ...ALONE], isolate: false } },
      { extends: true, test: { name: 'quick-alone', include: ALONE, exclude: SLOW } },
      {
        extends: true,
        test: {
          name: 'slow',
          include: SLOW,
          typecheck: {
            enabled: true,
            include: ['{tests,packages/*/tests}/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
          },
        },
      },
    ],
  },
});
