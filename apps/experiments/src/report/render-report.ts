import type { Charts } from './charts/all-charts';
import { formatSeconds, NONE } from './format';
import { renderGallery } from './gallery';
import { escapeHtml, list, paragraph, renderFigures, renderPage, renderTable, section } from './html';
import type { Experiment } from './read-experiment';
import type { Analysis, Results } from './results';
import { methods, summarize } from './summary';
import type { Table } from './table';
import { comparisonTables } from './tables/comparison-tables';
import { exclusionTable, missingTable, modelTable, splitTables } from './tables/data-tables';
import {
  calibrationTable,
  controlTable,
  countTable,
  diceTable,
  operatingTable,
  sourceTable,
} from './tables/score-tables';
import { settingsTable } from './tables/settings-table';
import { tableTwo } from './tables/table-2';
import { tunedTable } from './tables/tuned-table';

const TITLE = 'Three tasks on one encoder: the experiments of Amyar et al. (2020), run again';

const table = (given: Table | null): string => (given === null ? '' : renderTable(given));

/** What everything ran on, and how to run it again. */
export function describeEnvironment({ environment, grid, data, started, seconds, runs }: Results): [string, string][] {
  const said = (values: readonly string[]): string => values.join('; ') || NONE;
  return [
    ['Grid', grid ?? NONE],
    ['Data', data ?? NONE],
    ['Runs', `${runs.finished} of ${runs.planned}`],
    ['Begun', started ?? NONE],
    ['Training, all runs', formatSeconds(seconds)],
    ['Backend', said(environment.backend)],
    ['CPU', said(environment.cpu)],
    ['Node', said(environment.node)],
    ['tfjs-multitask', said(environment.version)],
    ['Code', said(environment.code)],
    ['Split, SHA-256', said(environment.split)],
  ];
}

function renderEnvironment(results: Results): string[] {
  const entries = describeEnvironment(results).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const command =
    results.command === null
      ? []
      : [paragraph('The command that remakes it all:'), `<pre>${escapeHtml(results.command)}</pre>`];
  return [`<dl>${entries.join('')}</dl>`, ...command];
}

const LINKS =
  '<p class="note">Amyar, Modzelewski, Ruan, “Multi-task Deep Learning Based CT Imaging Analysis For COVID-19: ' +
  'Classification and Segmentation”, 2020, <a href="https://doi.org/10.1101/2020.04.16.20064709">doi:10.1101/2020.04.16.20064709</a>; ' +
  'later with Li, 2020, <a href="https://doi.org/10.1016/j.compbiomed.2020.104037">doi:10.1016/j.compbiomed.2020.104037</a>.</p>';

/** The report as one page. */
export async function renderReport(experiment: Experiment, analysis: Analysis, charts: Charts): Promise<string> {
  const { results, measured } = analysis;
  const { asked, found, limits } = summarize(results);
  const { splits } = experiment;
  const sections = [
    [
      'summary',
      'Summary',
      [
        '<h3>What was asked</h3>',
        paragraph(asked),
        '<h3>What came out</h3>',
        found.length === 0 ? paragraph('No run of the comparison is finished yet.') : list(found),
        '<h3>What it does not show</h3>',
        list(limits),
      ],
    ],
    ['comparison', 'The paper’s comparison', [table(tableTwo(results)), LINKS, renderFigures(charts.overview)]],
    ['tests', 'Paired tests', comparisonTables(results).map(renderTable)],
    [
      'one-source',
      'Without the help of the source',
      [table(sourceTable(results)), table(controlTable(results)), renderFigures([charts.oneSource])],
    ],
    ['dice', 'Dice, image by image', [table(diceTable(results)), renderFigures([charts.dice])]],
    [
      'few-labels',
      'Few masks, few labels',
      [
        renderFigures([charts.masks, charts.labels]),
        table(countTable('masks', results)),
        table(countTable('labels', results)),
      ],
    ],
    ['settings', 'Settings', [table(settingsTable(results)), table(tunedTable(results))]],
    [
      'classifiers',
      'The classifiers',
      [renderFigures(charts.classifiers), table(operatingTable(results)), table(calibrationTable(results))],
    ],
    ['gallery', 'Test slices', await renderGallery(measured)],
    ['training', 'Training', [renderFigures(charts.epochs), table(modelTable(results))]],
    [
      'data',
      'Images',
      splits.length === 0
        ? [paragraph('There is no split.json in the folder.')]
        : [...splitTables(splits).map(renderTable), table(exclusionTable(splits))],
    ],
    ['missing', 'Missing runs', [table(missingTable(results))]],
    ['methods', 'How the numbers were made', [list(methods(results))]],
    ['environment', 'Environment', renderEnvironment(results)],
  ] as const;
  const kept = sections.filter(([, , parts]) => parts.some((part) => part !== ''));
  const contents = kept.map(([id, title]) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('');
  const body = kept.map(([id, title, parts]) => section(id, title, parts)).join('\n');
  return renderPage(
    TITLE,
    `<header><h1>${escapeHtml(TITLE)}</h1></header>\n<nav aria-label="Contents"><ul>${contents}</ul></nav>\n<main>\n${body}\n</main>`,
  );
}
