import type { GalleryItem } from '../records';
import { armOf } from './contenders';
import { escapeHtml, paragraph } from './html';
import type { Measured } from './measure';
import { readPictures } from './pictures';
import type { FinishedRun } from './read-experiment';

/** So many models are shown at most, or the page grows beyond a few megabytes. */
const MOST_RUNS = 4;

const CLASSES = ['not COVID-19', 'COVID-19'];

function describeItem({ id, dice, truthClass, probability }: GalleryItem, threshold: number): string {
  const said: string[] = [id];
  if (truthClass !== null) said.push(CLASSES[truthClass]);
  if (probability !== null) {
    const wrong = truthClass !== null && probability >= threshold !== (truthClass === 1);
    said.push(`p(COVID-19) = ${probability.toFixed(2)}${wrong ? ', misclassified' : ''}`);
  }
  if (dice !== null) said.push(`Dice ${dice.toFixed(2)}`);
  return said.join('; ');
}

async function renderItem(folder: string, item: GalleryItem, threshold: number): Promise<string> {
  const said = describeItem(item, threshold);
  const pictures = (await readPictures(folder, item)).map(
    ({ title, source }) =>
      `<span>${title}<img src="${source}" alt="${escapeHtml(`${title} of ${item.id}`)}" loading="lazy"></span>`,
  );
  return `<figure class="slice"><div>${pictures.join('')}</div><figcaption>${escapeHtml(said)}</figcaption></figure>`;
}

/** Masks from the best to the worst, then the rest, what was misclassified first. */
function orderItems(items: readonly GalleryItem[], threshold: number): GalleryItem[] {
  const isWrong = ({ truthClass, probability }: GalleryItem): boolean =>
    truthClass !== null && probability !== null && probability >= threshold !== (truthClass === 1);
  const masked = items.filter(({ dice }) => dice !== null);
  const rest = items.filter(({ dice }) => dice === null);
  return [
    ...masked.sort((a, b) => (b.dice as number) - (a.dice as number)),
    ...rest.filter(isWrong),
    ...rest.filter((item) => !isWrong(item)),
  ];
}

async function renderRun(title: string, { gallery, scores }: FinishedRun): Promise<string> {
  if (gallery === null) return '';
  const threshold = scores.thresholds.classification ?? 0.5;
  const items: string[] = [];
  for (const item of orderItems(gallery.items, threshold)) {
    items.push(await renderItem(gallery.folder, item, threshold));
  }
  return `<h3>${escapeHtml(title)}</h3>\n${items.join('\n')}`;
}

/** Test slices of the runs that kept some: the best, the middle, the worst, and what was misclassified. */
export async function renderGallery(measured: readonly Measured[]): Promise<string[]> {
  const shown = measured
    .flatMap((one) =>
      one.runs
        .filter(({ gallery }) => gallery !== null)
        .slice(0, 1)
        .map((run) => ({ one, run })),
    )
    .slice(0, MOST_RUNS);
  if (shown.length === 0) return [];
  const parts = [
    paragraph(
      'Of each model one run: the test images whose masks came out best, in the middle and worst, and images of each ' +
        'class of which it was most sure, wrong ones first. Blue: the true mask and its outline; orange: the predicted ' +
        'mask. Grad-CAM: what the probability hangs on, from dark to bright. The decision is at the threshold that ' +
        'validation gave.',
    ),
  ];
  for (const { one, run } of shown) {
    const arm = armOf(one) === one.places[0].arm ? '' : ` (${armOf(one)})`;
    parts.push(await renderRun(`${one.label}${arm}, seed ${run.info.config.seed}`, run));
  }
  return parts;
}
