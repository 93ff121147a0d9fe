import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from 'tfjs-multitask/data';
import { labelsColumn, manifestDataset, numberColumn, paperColumns, writePng } from 'tfjs-multitask/node';
import { type Attack, Fault } from '../attack';
import { applyEdits, drawEdits, type Edit } from '../edits';
import { readOrRefuse } from '../messages';

/** What a cell of the manifest may say, and whether it may be read: only so, never otherwise. */
type Meaning = 'refused' | 'unknown' | 0 | 1;

/** Text of a label's cell, with all that it may be taken for. */
const LABELS: readonly (readonly [text: string, ...meanings: Meaning[]])[] = [
  ['0', 0],
  ['1', 1],
  ['', 'unknown'],
  [' 1 ', 1, 'refused'],
  ['"0"', 0, 'refused'],
  ['""', 'unknown', 'refused'],
  ['" "', 'unknown', 'refused'],
  ['"\t"', 'unknown', 'refused'],
  ['\t', 'unknown', 'refused'],
  ['\u00a0', 'unknown', 'refused'],
  ['\u2009', 'unknown', 'refused'],
  ['2', 'refused'],
  ['-1', 'refused'],
  ['-0', 'refused', 0],
  ['0x1', 'refused'],
  ['0b1', 'refused'],
  ['1e0', 'refused'],
  ['1.0', 'refused', 1],
  ['01', 'refused', 1],
  ['+1', 'refused', 1],
  ['0.5', 'refused'],
  ['1,', 'refused'],
  ['true', 'refused'],
  ['NaN', 'refused'],
  ['null', 'refused'],
  ['\u0661', 'refused'],
  ['\uff11', 'refused'],
  ['1\u0000', 'refused'],
];

/** Cells of scores: the number that they say, 'unknown' or 'refused'. */
const SCORES: readonly (readonly [text: string, meaning: number | 'unknown' | 'refused'])[] = [
  ['0.5', 0.5],
  ['-3', -3],
  ['1e3', 1000],
  ['+.25', 0.25],
  [' 7 ', 7],
  ['', 'unknown'],
  ['"\t"', 'unknown'],
  ['"1,5"', 'refused'],
  ['NaN', 'refused'],
  ['Infinity', 'refused'],
  ['1e39', 'refused'],
  ['0x10', 'refused'],
  ['1_000', 'refused'],
  ['12 mm', 'refused'],
  ['--1', 'refused'],
  ['\u0663', 'refused'],
];

/** Cells of findings, 'a' and 'b': the labels that they say. */
const FINDINGS: readonly (readonly [text: string, meaning: string])[] = [
  ['a', '1,0'],
  ['b;a', '1,1'],
  ['a ; b', '1,1'],
  ['none', '0,0'],
  ['', 'unknown'],
  ['a;', 'refused'],
  ['a;c', 'refused'],
  ['A', 'refused'],
  ['none;a', 'refused'],
  ['__proto__', 'refused'],
  ['a|b', 'refused'],
];

/** Cells of images; what is in the folder is `a.png` to `d.png`, which all differ. */
const PATHS: readonly (readonly [text: string, meaning: string])[] = [
  ...['a.png', 'b.png', 'c.png', 'd.png'].map((name) => [name, name] as const),
  ['./a.png', 'a.png'],
  ['sub/../b.png', 'b.png'],
  ['"c.png"', 'c.png'],
  ['link.png', 'a.png'],
  ['missing.png', 'refused'],
  ['../outside.png', 'refused'],
  ['/etc/hostname', 'refused'],
  ['out.png', 'refused'],
  ['sub', 'refused'],
  ['', 'refused'],
  ['.', 'refused'],
  ['a.png\u0000', 'refused'],
  ['manifest.csv', 'refused'],
  ['http://localhost/a.png', 'refused'],
];

const MASKS = ['', 'mask.png', 'small.png', 'grey.png', 'a.png', 'missing.png', '../outside.png', '" "'] as const;
const EXTRA_COLUMNS = [
  '__proto__',
  'constructor',
  'toString',
  'patient',
  'image',
  'covid ',
  '',
  '\u202eimage',
] as const;

interface Row {
  readonly image: number;
  readonly mask: number;
  readonly label: number;
  /** Left out in older cases: the first of each. */
  readonly score?: number;
  readonly findings?: number;
}

const scoreOf = ({ score = 0 }: Row) => SCORES[score];
const findingsOf = ({ findings = 0 }: Row) => FINDINGS[findings];

interface Input {
  readonly rows: readonly Row[];
  readonly extra: readonly number[];
  readonly ending: '\n' | '\r\n' | '\r';
  readonly mark: boolean;
  /** Damage to the text. */
  readonly edits: readonly Edit[];
  readonly check: 'none' | 'files' | 'headers';
}

async function writeImages(folder: string): Promise<void> {
  const image = (value: number, size = 4) => ({
    data: new Uint8Array(size * size).fill(value),
    shape: [size, size, 1],
  });
  await mkdir(join(folder, 'sub'), { recursive: true });
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries())
    await writePng(join(folder, `${name}.png`), image(40 * i + 40));
  const mask = Uint8Array.from({ length: 16 }, (_, i) => (i < 5 ? 255 : 0));
  await writePng(join(folder, 'mask.png'), { data: mask, shape: [4, 4, 1] });
  await writePng(join(folder, 'small.png'), image(255, 3));
  await writePng(join(folder, 'grey.png'), image(90));
  await writePng(join(folder, '..', 'outside.png'), image(7));
  await symlink('a.png', join(folder, 'link.png'));
  await symlink('../outside.png', join(folder, 'out.png'));
}

function textOf({ rows, extra, ending, mark }: Input): string {
  const header = ['image', 'mask', 'covid', 'score', 'findings', ...extra.map((i) => EXTRA_COLUMNS[i])];
  const lines = rows.map((row) => [
    PATHS[row.image][0],
    MASKS[row.mask],
    LABELS[row.label][0],
    scoreOf(row)[0],
    findingsOf(row)[0],
    ...extra.map(() => 'x'),
  ]);
  return `${mark ? '\ufeff' : ''}${[header, ...lines].map((line) => line.join(',') + ending).join('')}`;
}

/** Whether the manifest may be read at all. */
function mustRefuse({ rows }: Input): string | undefined {
  const images = rows.map(({ image }) => PATHS[image][1]);
  if (images.includes('refused')) return 'an image that is none';
  if (new Set(images).size < images.length) return 'one image twice';
  const label = rows.find((row) => LABELS[row.label].slice(1).every((meaning) => meaning === 'refused'));
  if (label !== undefined) return `the label ${JSON.stringify(LABELS[label.label][0])}`;
  const cells = rows.flatMap((row) => [scoreOf(row), findingsOf(row)]);
  const cell = cells.find(([, meaning]) => meaning === 'refused');
  return cell && `the cell ${JSON.stringify(cell[0])}`;
}

/** Opens and reads all of a manifest: for each row the first pixel, the label and the number of marked pixels. */
async function readAll(folder: string, check: Input['check']) {
  const { tasks, ...paper } = paperColumns();
  const findings = labelsColumn('findings', ['a', 'b'], { none: 'none' });
  const dataset = await manifestDataset(folder, {
    ...paper,
    tasks: { ...tasks, score: numberColumn('score'), findings },
    size: [4, 4],
    check,
  });
  return Promise.all(
    dataset.rows.map(async ({ tasks }, i) => {
      const { x, y } = await dataset.read(i);
      return {
        pixel: Math.round(x.data[0] * 255),
        tasks,
        label: y.classification?.data[0],
        mask: y.segmentation?.data,
        score: y.score?.data[0],
        findings: y.findings?.data.join(),
      };
    }),
  );
}

type Read = Awaited<ReturnType<typeof readAll>>[number];

/** Throws where a row was read for something that its cells do not say. */
function checkRow(found: Read, row: Row): void {
  const { image, mask, label } = row;
  for (const [[cell, meaning], read] of [
    [scoreOf(row), found.score],
    [findingsOf(row), found.findings],
  ] as const) {
    if (meaning !== (read ?? 'unknown'))
      throw new Fault('silent', `the cell ${JSON.stringify(cell)} was read as ${read}`);
  }
  const pixel = { 'a.png': 40, 'b.png': 80, 'c.png': 120, 'd.png': 160 }[PATHS[image][1]];
  if (found.pixel !== pixel) throw new Fault('silent', `the image ${PATHS[image][0]} was read as another`);
  const [text, ...meanings] = LABELS[label];
  if (!meanings.includes((found.label as Meaning | undefined) ?? 'unknown')) {
    throw new Fault('silent', `the label ${JSON.stringify(text)} was read as ${found.label ?? 'unknown'}`);
  }
  const known = found.mask !== undefined;
  const marked = found.mask && Array.from(found.mask).reduce((sum, value) => sum + value, 0);
  if (MASKS[mask] === 'mask.png' ? marked !== 5 : known) {
    throw new Fault('silent', `the mask ${JSON.stringify(MASKS[mask])} was read as one with ${marked} pixels marked`);
  }
}

function drawRow({ integer }: Random): Row {
  // Else hardly a manifest would have good rows alone.
  const good = integer(4) > 0;
  return {
    image: integer(good ? 4 : PATHS.length),
    mask: integer(good ? 2 : MASKS.length),
    label: integer(integer(3) > 0 ? 3 : LABELS.length),
    score: integer(integer(3) > 0 ? 5 : SCORES.length),
    findings: integer(integer(3) > 0 ? 5 : FINDINGS.length),
  };
}

/** Manifests of good and bad cells, read for what they say or refused. */
export const manifests: Attack<Input> = {
  kind: 'manifests',
  share: 120,
  draw(random) {
    const { integer } = random;
    return {
      rows: Array.from({ length: 1 + integer(3) }, () => drawRow(random)),
      extra: integer(3) === 0 ? [integer(EXTRA_COLUMNS.length)] : [],
      ending: (['\n', '\r\n', '\r'] as const)[integer(3)],
      mark: integer(4) === 0,
      edits: integer(4) === 0 ? drawEdits(random) : [],
      check: (['none', 'files', 'headers'] as const)[integer(3)],
    };
  },
  async run(input, parent) {
    const folder = join(parent, 'data');
    await writeImages(folder);
    const file = join(folder, 'manifest.csv');
    await writeFile(file, applyEdits(Buffer.from(textOf(input)), input.edits));
    const rows = await readOrRefuse(() => readAll(folder, input.check), folder);
    if (rows === undefined || input.edits.length > 0) return;
    const bad = mustRefuse(input);
    if (bad !== undefined) throw new Fault('silent', `${bad} was accepted`);
    if (rows.length !== input.rows.length)
      throw new Fault('silent', `${input.rows.length} rows, ${rows.length} were read`);
    for (const [i, row] of input.rows.entries()) checkRow(rows[i], row);
  },
};
