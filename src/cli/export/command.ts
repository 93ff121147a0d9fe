import { type Command, Option } from 'commander';
import { addThreshold } from '../parse-threshold';
import { backendOption, jsonOption } from '../shared-options';
import type { ExportSettings } from './export-model';
import { FORMATS, type Format, formatOf } from './formats';

/** Adds `export`. */
export function addExport(program: Command): void {
  const command: Command = program.command('export');
  command
    .description('Writes a saved model for other runtimes: ONNX, Keras 3, PyTorch.')
    .argument('<model>', 'folder of a saved model, or its model.json')
    .requiredOption('--out <file>', `file to write, which ends in ${FORMATS.map((format) => `.${format}`).join(', ')}`)
    .addOption(new Option('--to <format>', 'what to write (default: what the ending says)').choices(FORMATS))
    .addOption(
      new Option('--layout <axes>', 'order of the axes of images outside of the model').choices(['NHWC', 'NCHW']),
    )
    .option('--fold-batch-norm', 'makes batch norms part of the convolutions in front of them')
    .option('--preprocessing <text>', 'says in the file what is done to images before the model sees them')
    .option(
      '--threshold <task=number>',
      'says in the file from which score on a task is positive; may be repeated',
      addThreshold,
    )
    .addOption(backendOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nFor PyTorch, model.safetensors gets the weights and model.py beside it the module that has them.' +
        '\nThe layout is NHWC by default, of safetensors NCHW; .keras files have no other than NHWC.',
    )
    .action(async (model: string, options: Omit<ExportSettings, 'to'> & { readonly to?: Format | undefined }) => {
      const { out, layout } = options;
      const ending = formatOf(out);
      const to = options.to ?? ending;
      if (to === undefined || to !== ending) {
        command.error(
          `--out must end in ${to === undefined ? FORMATS.map((f) => `.${f}`).join(', ') : `.${to}`}, got '${out}'`,
        );
      }
      if (to === 'keras' && layout === 'NCHW') {
        command.error('--layout NCHW is for onnx and safetensors; a .keras file has channels last');
      }
      const { exportModel } = await import('./export-model');
      await exportModel(model, { ...options, to });
    });
}
