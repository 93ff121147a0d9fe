import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { checkBoolean, checkFinite, checkModel, checkNet, checkRecord, checkText } from '../internal/check-kinds';
import type { MultitaskModel, SomeTasks } from '../types';

/** The order of the axes of images outside of an exported model: `'NHWC'` as here, or `'NCHW'`, channels behind the batch. */
export type Layout = 'NHWC' | 'NCHW';

/** Options of all exports. */
export interface ExportOptions<T extends string> {
  /** Makes batch normalizations part of the convolutions in front of them, where nothing stands between. Default: false. */
  readonly foldBatchNorm?: boolean | undefined;
  /** What was done to images before the model saw them, in words that who uses it needs: it is written down. Default: nothing is said. */
  readonly preprocessing?: string | undefined;
  /** From which score on each of these tasks' outputs is taken for positive: it is written down. Default: nothing is said. */
  readonly thresholds?: SomeTasks<T, number> | undefined;
}

/** What is exported: the net, and the tasks where it is a multitask model. */
export interface Exported {
  readonly net: LayersModel;
  readonly tasks: readonly string[] | undefined;
}

/** A model or a net that can be exported. */
export type Exportable<T extends string> = MultitaskModel<T> | LayersModel;

/** Looks at what every export takes. */
export function checkExport<T extends string>(
  model: Exportable<T>,
  { foldBatchNorm = false, preprocessing, thresholds = {} }: ExportOptions<T>,
  caller: string,
): Exported {
  checkBackend(caller);
  const isModel = typeof model === 'object' && model !== null && 'tasks' in model;
  if (isModel) checkModel(model, `${caller}: model`);
  else checkNet(model, `${caller}: model`);
  checkBoolean(foldBatchNorm, `${caller}: foldBatchNorm`);
  if (preprocessing !== undefined) checkText(preprocessing, `${caller}: preprocessing`);
  checkRecord(thresholds, `${caller}: thresholds`);
  const exported = isModel ? { net: model.net, tasks: model.tasks } : { net: model as LayersModel, tasks: undefined };
  const outputs: readonly string[] = exported.tasks ?? exported.net.outputNames;
  for (const [task, threshold] of Object.entries(thresholds)) {
    if (!outputs.includes(task)) {
      throw new RangeError(
        `${caller}: thresholds name the unknown task '${task}'; the outputs are ${outputs.join(', ')}.`,
      );
    }
    checkFinite(threshold, `${caller}: thresholds.${task}`);
  }
  return exported;
}

/** Throws unless it is an order of axes. */
export function checkLayout(layout: Layout, caller: string): void {
  checkChoice(layout, ['NHWC', 'NCHW'], `${caller}: layout`);
}

/** What a protobuf message may hold, and the memory of h5wasm. */
const MOST_BYTES = 2 ** 31 - 1;

/** Throws where the weights fit into no file. */
export function checkSize(net: LayersModel, caller: string): void {
  const held = 4 * net.countParams();
  if (held <= MOST_BYTES) return;
  throw new RangeError(`${caller}: a file holds at most ${MOST_BYTES} bytes, and the weights alone are ${held}.`);
}
