// Runs the op tests of tfjs-core on one backend and writes how each ended as JSON. Bundled and started by op-suite.mjs:
//
//   node BUNDLE RESULT ONLY BACKEND [THREADS [MODE]]
//
//   MODE   plain: products and sums not fused; small-pieces: even the small tensors of the tests are cut and shared
import { writeFileSync } from 'node:fs';
import jasmineCore from 'jasmine-core';

const [result, only, backendName, threads, mode] = process.argv.slice(2);

const SMALL_PIECES = { itemElements: 16, leastSharedProducts: 0, leastSharedElements: 0, mostUnfoldedBytes: 0 };

async function main() {
  const env = jasmineCore.boot().getEnv();
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients');
  await import('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops');
  await import('@tensorflow/tfjs-backend-cpu');
  if (backendName === 'simd') {
    const { registerTunedBackend } = await import('../src/register');
    const tuning = mode === 'small-pieces' ? SMALL_PIECES : undefined;
    await registerTunedBackend({ threads: Number(threads), fused: mode !== 'plain', tuning });
  }
  await tf.setBackend(backendName);
  const { setTestEnvs } = await import('@tensorflow/tfjs-core/dist/jasmine_util');
  setTestEnvs([{ name: 'backend', backendName, isDataSync: true }]); // one name, so that runs can be compared
  await import('@tensorflow/tfjs-core/dist/tests');

  const specs = {};
  env.configure({ random: false, specFilter: (spec) => spec.getFullName().includes(only) });
  env.clearReporters();
  env.addReporter({
    specDone({ fullName, status, failedExpectations }) {
      let name = fullName;
      for (let i = 2; name in specs; i++) name = `${fullName} (${i})`;
      specs[name] = { status, messages: failedExpectations.map(({ message, stack }) => `${message}\n${stack ?? ''}`) };
    },
  });
  await env.execute();
  writeFileSync(result, JSON.stringify(specs));
  process.exit(0);
}

main();
