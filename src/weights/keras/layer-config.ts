import { KERAS_ACTIVATIONS } from '../../internal/keras-activations';
import type { Config } from '../../models/read-config';
import { camelCase, isConfig } from '../../models/read-config';
import { layerRule } from './layer-rules';

/** Activations by Keras's names; it knows the older one of `silu` too. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(KERAS_ACTIVATIONS).map(([here, keras]) => [keras, here])),
  swish: 'swish',
};

/** Members of all layers; those that only Keras has say nothing about what is computed. */
const COMMON = ['name', 'trainable', 'dtype', 'build_config', 'batch_input_shape', 'batch_shape'];

/** `'float32'`, or the name of a policy in an object. */
function dtypeOf(dtype: unknown): unknown {
  return isConfig(dtype) && isConfig(dtype.config) ? dtype.config.name : dtype;
}

function activationOf(value: unknown, at: string): string {
  if (typeof value === 'string' && Object.hasOwn(ACTIVATIONS, value)) return ACTIVATIONS[value];
  const found = isConfig(value) ? (value.config ?? value.className) : value;
  throw new RangeError(
    `${at}: the activation ${JSON.stringify(found)} is computed otherwise here, or not; pass the layer in \`layers\`.`,
  );
}

/** `{ module, class_name, config }` as TensorFlow.js has it. Initial values are replaced by those of the file. */
function objectOf(key: string, value: unknown): unknown {
  if (!isConfig(value)) return value;
  if (key.endsWith('_initializer')) return 'zeros';
  const config = Object.fromEntries(
    Object.entries(isConfig(value.config) ? value.config : {}).map(([name, one]) => [camelCase(name), one]),
  );
  const className = value.class_name === 'L1' || value.class_name === 'L2' ? 'L1L2' : value.class_name;
  return { className, config: className === 'L1L2' ? { l1: 0, l2: 0, ...config } : config };
}

/** What TensorFlow.js makes a layer of. */
export interface LayerForm {
  readonly className: string;
  readonly config: Record<string, unknown>;
}

/** A layer in a layer, such as the one that `Bidirectional` runs both ways. */
function innerForm(value: unknown, at: string): LayerForm {
  const { class_name: className, config } = isConfig(value) ? value : ({} as Config);
  if (typeof className !== 'string' || !isConfig(config))
    throw new TypeError(`${at}: expected a layer in it, found none.`);
  return layerForm(className, config, `${at}: its layer '${config.name}' (${className})`);
}

/** Throws unless the layer that runs backwards is that which TensorFlow.js makes of the other one. */
function checkBackward(forward: LayerForm, value: unknown, at: string): void {
  if (value === undefined || value === null) return;
  const backward = innerForm(value, at);
  const said = ({ className, config: { name: _, goBackwards, ...others } }: LayerForm, turned: boolean): string =>
    JSON.stringify([className, Boolean(goBackwards) !== turned, others]);
  if (said(forward, false) === said(backward, true)) return;
  throw new RangeError(
    `${at}: its backward_layer must be as its layer is, but for the direction; pass it in \`layers\`.`,
  );
}

/**
 * The class and the config of a layer of Keras as TensorFlow.js has them.
 *
 * @throws {RangeError} that names layer and class for what would be computed otherwise.
 */
export function layerForm(className: string, config: Config, at: string): LayerForm {
  const rule = layerRule(className, config);
  if (rule === undefined) {
    throw new RangeError(
      `${at}: TensorFlow.js has no such layer, or another one; pass it in \`layers\`: { ${className}: (config) => layer }.`,
    );
  }
  const { as = className, takes, must = {}, renames = {} } = rule;
  const dtype = dtypeOf(config.dtype) ?? 'float32';
  if (dtype !== 'float32') throw new RangeError(`${at}: expected the type float32, found ${JSON.stringify(dtype)}.`);
  const result: Record<string, unknown> = { name: config.name, trainable: config.trainable ?? true };
  for (const [key, value] of Object.entries(config)) {
    if (COMMON.includes(key)) continue;
    if (Object.hasOwn(must, key)) {
      const allowed = must[key];
      if (allowed.length > 0 && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
        throw new RangeError(
          `${at}: ${key} must be ${allowed.map((one) => JSON.stringify(one)).join(' or ')} here, found ${JSON.stringify(value)}.`,
        );
      }
    } else if (!takes.includes(key) && value !== null) {
      throw new RangeError(`${at}: its member ${key} is not known here.`);
    }
    if (!takes.includes(key) || value === null) continue;
    result[camelCase(Object.hasOwn(renames, key) ? renames[key] : key)] = key.endsWith('activation')
      ? activationOf(value, at)
      : key === 'layer'
        ? innerForm(value, at)
        : objectOf(key, value);
  }
  if (className === 'Bidirectional') checkBackward(result.layer as LayerForm, config.backward_layer, at);
  return { className: as, config: result };
}
