import type { SplitRecord } from '../records';
import { describeEnvironment } from './render-report';
import type { Results } from './results';
import { methods, summarize } from './summary';
import { type Table, tableToMarkdown } from './table';
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

const tables = (...given: readonly (Table | null)[]): string[] =>
  given.flatMap((table) => (table === null ? [] : [tableToMarkdown(table)]));

const list = (items: readonly string[]): string => `${items.map((item) => `- ${item}`).join('\n')}\n`;

/** The numbers of a report as Markdown, so that none is typed by hand. */
export function renderMarkdown(results: Results, splits: readonly SplitRecord[]): string {
  const { asked, found, limits } = summarize(results);
  const environment = describeEnvironment(results).map(([name, value]) => `${name}: ${value}`);
  const sections: [string, string[]][] = [
    ['What was asked', [`${asked}\n`]],
    ['What came out', [list(found)]],
    ['What it does not show', [list(limits)]],
    ['The paper’s comparison', tables(tableTwo(results))],
    ['Paired tests', tables(...comparisonTables(results))],
    ['Without the help of the source', tables(sourceTable(results), controlTable(results))],
    ['Dice, image by image', tables(diceTable(results))],
    ['Few masks, few labels', tables(countTable('masks', results), countTable('labels', results))],
    ['Settings', tables(settingsTable(results), tunedTable(results))],
    ['Operating points and calibration', tables(operatingTable(results), calibrationTable(results))],
    ['Images', tables(...splitTables(splits), exclusionTable(splits))],
    ['Models', tables(modelTable(results), missingTable(results))],
    ['How the numbers were made', [list(methods(results))]],
    ['Environment', [list(environment), ...(results.command === null ? [] : ['```sh', results.command, '```', ''])]],
  ];
  return sections
    .filter(([, parts]) => parts.length > 0)
    .map(([title, parts]) => `## ${title}\n\n${parts.join('\n')}`)
    .join('\n');
}
