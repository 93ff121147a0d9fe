import { version } from '../../package.json';
import { readOutput } from '../internal/output-end';
import type { Exportable, ExportOptions } from './options';

/** What is written into exported files beside the net: texts by their names. */
export function describeModel<T extends string>(
  model: Exportable<T>,
  { preprocessing, thresholds }: ExportOptions<T>,
): Readonly<Record<string, string>> {
  const net = 'tasks' in model ? model.net : model;
  const outputs = net.outputNames.map((name, i) => {
    const known = 'tasks' in model ? model.outputs[name as T] : readOutput(net.outputs[i]);
    return [name, { kind: known.kind, width: known.width, shape: net.outputs[i].shape }];
  });
  return {
    'tfjs-multitask': version,
    ...('tasks' in model && { tasks: JSON.stringify(model.tasks) }),
    outputs: JSON.stringify(Object.fromEntries(outputs)),
    ...(preprocessing !== undefined && { preprocessing }),
    ...(thresholds !== undefined && { thresholds: JSON.stringify(thresholds) }),
  };
}
