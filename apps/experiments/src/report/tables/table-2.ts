import { armOf, inStudies, MAIN_STUDIES } from '../contenders';
import { NONE } from '../format';
import { PAPER } from '../paper';
import type { ContenderResult, Results } from '../results';
import { type Cell, cell, estimateCell, header, type Table } from '../table';

/** In the order of the paper's table. */
const ARMS = ['T1+T2', 'T1+T3', 'T2+T3', 'T1+T2+T3', 'U-Net', 'CNN'];
const SCORES = ['dice', 'accuracy', 'sensitivity', 'specificity', 'auc'] as const;

const { threeTasks, unet, later } = PAPER;

const PAPER_DICE: Readonly<Record<string, readonly string[]>> = {
  'T1+T2+T3': [`${threeTasks.dice}`, 'input size not legible', `later version: above ${later.diceAbove}`],
  'U-Net': [`${unet[256]}`, 'at 256', `${unet[512]} at 512`],
};

const PAPER_AUC: Readonly<Record<string, readonly string[]>> = {
  'T1+T2+T3': [`above ${threeTasks.aucAbove}`, 'input size not legible', `later version: above ${later.aucAbove}`],
};

function paperCell(said: readonly string[] | undefined, rows: number): Cell {
  if (said === undefined) return { ...cell(NONE), rows };
  const [text, ...small] = said;
  return { ...cell(text, small), rows };
}

/** The contenders of the paper's Table 2, in its order, the small size first. */
export function mainContenders({ contenders }: Pick<Results, 'contenders'>): ContenderResult[] {
  const own = inStudies(contenders, ...MAIN_STUDIES);
  return own.sort((a, b) => ARMS.indexOf(armOf(a)) - ARMS.indexOf(armOf(b)) || a.config.size - b.config.size);
}

/** Table 2 of the paper. */
export function tableTwo(results: Results): Table | null {
  const own = mainContenders(results);
  if (own.length === 0) return null;
  const rows = own.map((one, i) => {
    const arm = armOf(one);
    const first = i === 0 || armOf(own[i - 1]) !== arm;
    const span = own.filter((other) => armOf(other) === arm).length;
    const seeds = one.finished === one.planned ? `${one.finished}` : `${one.finished} of ${one.planned}`;
    return [
      first ? header(arm, span) : null,
      cell(one.config.size),
      cell(seeds),
      ...SCORES.map((score) => estimateCell(one.scores[score])),
      first ? paperCell(PAPER_DICE[arm], span) : null,
      first ? paperCell(PAPER_AUC[arm], span) : null,
    ];
  });
  const { images, lesions, covid, notCovid } = results.test;
  return {
    id: 'table-2',
    caption: 'Table 2 of the paper, in percent: here, and what is legible of the paper',
    columns: [
      'Model',
      'Input',
      'Runs',
      'Dice',
      'Accuracy',
      'Sensitivity',
      'Specificity',
      'AUC',
      'Paper: Dice',
      'Paper: AUC',
    ],
    rows,
    notes: [
      `T1 reconstruction, T2 segmentation, T3 classification. In each cell: the mean over seeds; its 95 % bootstrap interval over the test images; the standard deviation and the range over seeds. Dice: per image, over the ${lesions} test images with a lesion, at threshold 0.5. The others: over ${images} test images, ${covid} with COVID-19 and ${notCovid} without, at threshold 0.5.`,
      `The paper's figures are of other images at 256 and 512 and are no yardstick for single points. Its other cells are not legible to us and stay empty (${NONE}). The later version scored ${later.images} patients.`,
    ],
  };
}
