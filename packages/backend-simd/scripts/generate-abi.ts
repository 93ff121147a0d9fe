// Writes what both sides of the calling convention in src/abi/table.ts share.
import { mkdirSync, writeFileSync } from 'node:fs';
import { codes, groups, kernels } from '../src/abi/table';
import { textsOf } from './abi-texts';

for (const [path, text] of Object.entries(textsOf({ codes, groups, kernels }))) {
  const file = new URL(`../src/${path}`, import.meta.url);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
}
