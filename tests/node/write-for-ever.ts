import { writeArchive } from '../../src/node/archive';

// Run as a process of its own, to be killed: rewrites the archive argv[2] with contents that tell whether they are whole.
const path = process.argv[2];
for (let n = 0; ; n++) {
  await writeArchive(path, { n, values: new Float64Array(100_000).fill(n) });
  if (n === 0) process.stdout.write('writing\n');
}
