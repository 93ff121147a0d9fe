import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from 'tfjs-multitask/node';
import { rasterize } from 'tfjs-multitask-figures/render';
import { drawCharts, listFigures } from './charts/all-charts';
import { readExperiment } from './read-experiment';
import { renderReport } from './render-report';
import { analyse } from './results';
import { writeCsv } from './results-csv';
import { renderMarkdown } from './results-markdown';

export interface ReportOptions {
  /** Resamples of each bootstrap interval. Default: 1000. */
  readonly resamples?: number;
}

/**
 * Writes what came out of an experiment into its folder: `report.html`, which needs no other file, `results.json`,
 * `results.csv`, `results.md` and `figures/*.png`. An experiment that is not finished gives a report that says what is
 * missing. Returns the names of the files.
 *
 * @throws Error where the folder holds no experiment.
 */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<{ files: string[] }> {
  const experiment = await readExperiment(folder);
  const analysis = await analyse(experiment, options);
  const charts = await drawCharts(experiment, analysis);
  const texts = {
    'report.html': await renderReport(experiment, analysis, charts),
    'results.csv': await writeCsv(experiment.runs),
    'results.md': renderMarkdown(analysis.results, experiment.splits),
  };
  await writeJson(join(folder, 'results.json'), analysis.results);
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, 'figures'), { recursive: true });
  const figures = listFigures(charts);
  for (const { name, svg } of figures) {
    await writeFile(join(folder, 'figures', `${name}.png`), await rasterize(svg));
  }
  return { files: ['results.json', ...Object.keys(texts), ...figures.map(({ name }) => `figures/${name}.png`)] };
}
