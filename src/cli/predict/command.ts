import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../parse-size';
import { addThreshold } from '../parse-threshold';
import { backendOption, jsonOption } from '../shared-options';
import type { PredictSettings, Shard } from './predict-images';

function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 4096) throw new InvalidArgumentError('It must be 1 to 4096.');
  return value;
}

function parsePage(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number; the first page is 0.');
  return Number(text);
}

function parsePercentiles(text: string): readonly [number, number] {
  const [low, high, ...more] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (more.length > 0 || !(low >= 0 && low < high && high <= 100)) {
    throw new InvalidArgumentError('It must be two numbers from 0 to 100, such as 1,99.');
  }
  return [low, high];
}

function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || index < 1 || index > count) {
    throw new InvalidArgumentError('It must be i/n with i from 1 to n, such as 2/4 for the second of four parts.');
  }
  return { index, count };
}

/** Adds `predict`. */
export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('Predicts images with a saved model: a table of numbers, and masks as PNG.')
    .argument('<model>', 'folder of a saved model, or its model.json')
    .argument('<images...>', 'image files (PNG, JPEG, TIFF), folders of them, or a CSV file with a column image')
    .requiredOption('--out <folder>', 'where all goes that is written: a new or an empty folder')
    .addOption(new Option('--format <format>', 'of the table').choices(['csv', 'jsonl']).default('csv'))
    .option('--threshold <task=number>', 'probability above which a pixel is in the mask of a task (0.5)', addThreshold)
    .option('--size <height>x<width>', 'of images, for a model that takes any', parseSize)
    .option('--percentiles <low,high>', 'of each image, which become 0 and 1, as in training', parsePercentiles)
    .option('--page <number>', 'of TIFF stacks, counted from 0', parsePage)
    .option('--shard <i/n>', 'predicts one of n equal parts of the images, on one of n machines', parseShard)
    .option('--batch <images>', 'how many are predicted at once', parseCount, 8)
    .addOption(
      new Option('--on-error <policy>', 'for an image that cannot be read: end, or list it in the column error')
        .choices(['fail', 'skip'])
        .default('fail'),
    )
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (model: string, images: readonly string[], settings: PredictSettings) => {
      const { predictImages } = await import('./predict-images');
      await predictImages(model, images, settings);
    });
}
