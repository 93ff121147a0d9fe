import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkLive } from '../../internal/check-kinds';
import { ownLayers, toStandard } from './artifacts';

/** This library's part of the metadata of a net. */
const METADATA = 'tfjs-multitask';

/** What the `save` of a multitask model's net resolves to. */
export interface SavedModel extends io.SaveResult {
  /** Which layers need this library, and how to load the model then; undefined where tfjs-layers alone opens it. */
  readonly notice?: string | undefined;
}

function noticeOf(artifacts: io.ModelArtifacts): string | undefined {
  const own = ownLayers(artifacts.modelTopology);
  if (own.length === 0) return undefined;
  return (
    `tfjs-layers alone does not open this model: ${own.join(', ')} ${own.length === 1 ? 'is a layer' : 'are layers'} of ` +
    'tfjs-multitask with no standard form. Load it with loadMultitask, or with loadLayersModel after registerLayers().'
  );
}

/** Tells it in the metadata, in the place of what an earlier save told. */
function withNotice(artifacts: io.ModelArtifacts, notice: string | undefined): io.ModelArtifacts {
  const { [METADATA]: ours, ...others } = (artifacts.userDefinedMetadata ?? {}) as Record<string, object>;
  const { notice: _, ...before } = { notice, ...ours };
  const told = notice === undefined ? before : { ...before, notice };
  if (ours === undefined && notice === undefined) return artifacts;
  return { ...artifacts, userDefinedMetadata: { ...others, [METADATA]: told } };
}

/** The handler that tfjs chooses for a URL. */
function saveHandler(target: io.IOHandler | string): io.IOHandler {
  if (typeof target !== 'string') return target;
  const handlers = io.getSaveHandlers(target);
  if (handlers.length === 1) return handlers[0];
  throw new RangeError(
    `save: there must be one way of saving to '${target}', got ${handlers.length}; for a folder in Node write ` +
      `save(fileSystem('${target}')), with fileSystem of tfjs-multitask/node.`,
  );
}

/**
 * Makes the `save` of a net write standard layers, as far as they compute the same in prediction, so that tfjs-layers
 * alone opens the model. What is left needs this library: the result says so, and the metadata of the saved model.
 */
export function saveStandard(net: LayersModel): void {
  // The class's own, whatever was put in its place before.
  const save = (Object.getPrototypeOf(net) as LayersModel).save;
  net.save = async (target, config): Promise<SavedModel> => {
    checkLive(net, 'save: the model');
    const handler = saveHandler(target);
    let notice: string | undefined;
    const write = (artifacts: io.ModelArtifacts): Promise<io.SaveResult> => {
      const standard = toStandard(artifacts, net);
      notice = noticeOf(standard);
      return (handler.save as NonNullable<typeof handler.save>)(withNotice(standard, notice));
    };
    const result = await save.call(net, handler.save === undefined ? handler : io.withSaveHandler(write), config);
    return notice === undefined ? result : { ...result, notice };
  };
}
