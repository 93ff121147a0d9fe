import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('./src', import.meta.url));
const simd = fileURLToPath(new URL('./packages/backend-simd/src/index.ts', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^tfjs-multitask$/, replacement: `${src}/index.ts` },
      { find: /^tfjs-multitask\/(\w+)$/, replacement: `${src}/$1/index.ts` },
      { find: /^tfjs-backend-simd$/, replacement: simd },
    ],
  },
  test: {
    include: ['{tests,{packages,apps}/*/tests}/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The cpu backend greets every process that uses it.
    onConsoleLog: (log) => !log.includes('Hi, looks like you are running TensorFlow.js in Node.js'),
    typecheck: { enabled: true, include: ['tests/types/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
