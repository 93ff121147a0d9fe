import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkMembers, checkNet } from '../internal/check-kinds';

/**
 * Copies the weights of the layers whose names start with `prefix` from one net to another, matched by layer name: a
 * trained encoder into a model with other heads.
 *
 * To freeze what was copied: `freeze`.
 *
 * @throws {RangeError} before anything is copied, where `to` has no such layer with weights, where `from` lacks one of
 * them, or where the shapes differ.
 * @example
 * ```ts
 * import { copyWeights, freeze } from 'tfjs-multitask/models';
 * import { amyar2020, unet } from 'tfjs-multitask/paper';
 *
 * const trained = unet({ inputShape: [32, 32, 1], filters: 4 });
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4 });
 * copyWeights(trained.net, model.net, 'encoder/');
 * freeze(model);
 * ```
 */
export function copyWeights(from: LayersModel, to: LayersModel, prefix: string): void {
  checkNet(from, 'copyWeights: from');
  checkNet(to, 'copyWeights: to');
  checkMembers(prefix, { startsWith: 'function' }, 'copyWeights: prefix', 'a text');
  const targets = to.layers.filter((layer) => layer.name.startsWith(prefix) && layer.weights.length > 0);
  if (targets.length === 0) {
    throw new RangeError(`copyWeights: no layer with weights of '${to.name}' has a name that starts with '${prefix}'.`);
  }
  const shapes = (weights: readonly { readonly shape: number[] }[]) =>
    JSON.stringify(weights.map(({ shape }) => shape));
  const pairs = targets.map((target) => {
    const source = from.layers.find((layer) => layer.name === target.name);
    if (!source) throw new RangeError(`copyWeights: '${from.name}' has no layer '${target.name}'.`);
    const [given, expected] = [source.getWeights(), target.getWeights()].map(shapes);
    if (given !== expected) {
      throw new RangeError(`copyWeights: the weights of '${target.name}' have the shapes ${expected}, got ${given}.`);
    }
    return { source, target };
  });
  for (const { source, target } of pairs) target.setWeights(source.getWeights());
}
