import { layers } from '@tensorflow/tfjs-layers';
import { checkText } from '../../internal/check-kinds';

/** The name of an activation that tfjs-layers knows: `'relu'`, `'elu'`, `'sigmoid'`, `'softmax'`, `'linear'`, ... */
export type Activation = Parameters<typeof layers.activation>[0]['activation'];

const KNOWN: readonly string[] = [
  'elu',
  'hardSigmoid',
  'linear',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
] satisfies readonly Activation[];

/** Whether tfjs-layers has it, where its class was registered too. */
function isRegistered(activation: Activation): boolean {
  try {
    return layers.activation({ name: 'probe', activation }) !== undefined;
  } catch {
    return false;
  }
}

/** Throws unless tfjs-layers knows the activation; `width` is the length of the output's last axis, where there is one. */
export function checkActivation(
  activation: Activation,
  name: string,
  width?: { readonly [option: string]: number },
): void {
  checkText(activation, name);
  if (!KNOWN.includes(activation) && !isRegistered(activation)) {
    const known = KNOWN.map((each) => `'${each}'`).join(', ');
    throw new RangeError(`${name} must be one of ${known}; got '${activation}'.`);
  }
  const [[option, length] = ['', 2]] = Object.entries(width ?? {});
  if (activation === 'softmax' && length === 1) {
    throw new RangeError(
      `${name} 'softmax' of 1 value is always 1; set ${option}: n, the number of classes, or take 'sigmoid'.`,
    );
  }
}
