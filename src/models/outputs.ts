import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../internal/check';
import { checkRecord } from '../internal/check-kinds';
import { mapTasks } from '../internal/map-tasks';
import { readOutput } from '../internal/output-end';
import type { ByTask, Output, OutputKind, SomeTasks } from '../types';

/** The part of a net's metadata that is this library's. */
const KEY = 'tfjs-multitask';

const KINDS: readonly OutputKind[] = ['probability', 'distribution', 'logit', 'value', 'unknown'];

/** What may be said of an output whose last activation says something. */
const COMPATIBLE: Readonly<Record<OutputKind, readonly OutputKind[]>> = {
  probability: ['probability', 'value'],
  distribution: ['distribution', 'value'],
  logit: ['logit', 'value'],
  value: KINDS,
  unknown: KINDS,
};

interface Metadata {
  readonly [KEY]?: { readonly outputs?: Readonly<Record<string, OutputKind>> | undefined } | undefined;
}

const metadataOf = (net: LayersModel): Metadata => (net.getUserDefinedMetadata() as Metadata | undefined) ?? {};

/**
 * What each task's output holds: what is said, else what was said when the net was saved, else what the last activation
 * tells. What is said is kept with the net.
 */
export function readOutputs<T extends string>(
  net: LayersModel,
  tasks: readonly T[],
  said: SomeTasks<T, OutputKind> = {},
): ByTask<T, Output> {
  checkRecord(said, 'fromLayersModel: outputs');
  const unknown = Object.keys(said).find((task) => !(tasks as readonly string[]).includes(task));
  if (unknown !== undefined) {
    throw new RangeError(
      `fromLayersModel: outputs name the unknown task '${unknown}'; the net has ${tasks.join(', ')}.`,
    );
  }
  const metadata = metadataOf(net);
  const kinds: Readonly<Record<string, OutputKind>> = { ...metadata[KEY]?.outputs, ...said };
  const outputs = mapTasks(tasks, (task, i) => {
    const read = readOutput(net.outputs[i]);
    if (!Object.hasOwn(kinds, task)) return read;
    const kind = kinds[task];
    checkChoice(kind, KINDS, `fromLayersModel: outputs.${task}`);
    if (!COMPATIBLE[read.kind].includes(kind)) {
      throw new RangeError(
        `fromLayersModel: outputs.${task} must fit the activation that the output ends in, which makes it a ` +
          `${read.kind}; got '${kind}'.`,
      );
    }
    return { ...read, kind };
  });
  if (Object.keys(said).length > 0) {
    net.setUserDefinedMetadata({ ...metadata, [KEY]: { ...metadata[KEY], outputs: kinds } });
  }
  return outputs;
}
