// Cuts the picture of the site's first page out of the figure that the demo writes:
// npm run demo && node scripts/docs/home-picture.mjs runs/demo
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** In the figure: below its title, three slices with their headings. */
const PART = { left: 0, top: 90, height: 1056 };

const [folder = 'runs/demo'] = process.argv.slice(2);
const to = fileURLToPath(new URL('../../docs/public/demo.webp', import.meta.url));
const figure = sharp(join(folder, 'test-slices.png'));
const { width } = await figure.metadata();
await figure
  .extract({ ...PART, width })
  .resize(1000)
  .webp({ quality: 75 })
  .toFile(to);
