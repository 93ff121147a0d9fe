import type { Command } from 'commander';
import { parseSize } from '../parse-size';
import { jsonOption } from '../shared-options';
import type { InspectSettings } from './inspect-model';

const WEIGHTS = /\.(h5|hdf5|keras|pth|pt|bin|safetensors|onnx)$/i;

/** Adds `inspect`. */
export function addInspect(program: Command): void {
  const command: Command = program.command('inspect');
  command
    .description(
      'Shows tasks, layers, shapes, parameters, FLOPs and memory of a saved model, and how it hangs together.',
    )
    .argument('<model>', 'folder of a saved model, its model.json, or a file of weights, whose tensors are listed')
    .option('--size <height>x<width>', 'of images, for a model that takes any', parseSize)
    .option('--mermaid <file>', 'writes a drawing of all layers, in the language of Mermaid (.mmd)')
    .addOption(jsonOption())
    .addHelpText('after', '\nFiles of weights: .h5, .keras, .pth, .pt, .bin, .safetensors and .onnx.')
    .action(async (path: string, settings: InspectSettings) => {
      const { mermaid, size, json } = settings;
      if (mermaid !== undefined && !mermaid.endsWith('.mmd')) {
        command.error(`--mermaid must end in .mmd, got '${mermaid}'`);
      }
      if (!WEIGHTS.test(path)) {
        const { inspectModel } = await import('./inspect-model');
        return inspectModel(path, settings);
      }
      if (mermaid !== undefined || size !== undefined) {
        command.error(`--mermaid and --size are for models, and ${path} holds weights alone`);
      }
      const { inspectWeights } = await import('./inspect-weights');
      return inspectWeights(path, json);
    });
}
