import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { MultitaskModel } from '../../../src/types';

type Layer = MultitaskModel<string>['net']['layers'][number];

/** The names of the layers whose outputs a layer takes. */
export function inputsOf(model: MultitaskModel<string>, layer: string): string[] {
  return model.net.getLayer(layer).inboundNodes[0].inboundLayers.map(({ name }) => name);
}

/** The names of all layers that an output depends on. */
export function behind(model: MultitaskModel<string>, task: string): string[] {
  const found = new Set<Layer>();
  const visit = (x: SymbolicTensor): void => {
    if (found.has(x.sourceLayer)) return;
    found.add(x.sourceLayer);
    for (const from of x.inputs) visit(from);
  };
  visit(model.net.outputs[model.tasks.indexOf(task)]);
  return [...found].map(({ name }) => name);
}
