import { axisInFirst } from '../graph/axes';
import type { CallWriter } from './call-writer';

type Write = (x: string, writer: CallWriter) => string;

const single =
  (type: string, attributes?: Readonly<Record<string, { readonly float: number }>>): Write =>
  (x, { node }) =>
    node(type, [x], attributes);

const gelu: Write = (x, { node, number }) => {
  const error = node('Erf', [node('Mul', [x, number('rsqrt2', Math.SQRT1_2)])]);
  return node('Mul', [node('Mul', [x, number('half', 0.5)]), node('Add', [error, number('one', 1)])]);
};

/** The approximation by a hyperbolic tangent. */
const geluNew: Write = (x, { node, number }) => {
  const cube = node('Mul', [node('Mul', [x, x]), x]);
  const sum = node('Add', [x, node('Mul', [cube, number('cubic', 0.044715)])]);
  const tanh = node('Tanh', [node('Mul', [sum, number('factor', Math.sqrt(2 / Math.PI))])]);
  return node('Mul', [node('Mul', [x, number('half', 0.5)]), node('Add', [tanh, number('one', 1)])]);
};

const ACTIVATIONS: Readonly<Record<string, Write>> = {
  linear: (x) => x,
  relu: single('Relu'),
  relu6: (x, { node, number }) => node('Clip', [x, number('zero', 0), number('six', 6)]),
  sigmoid: single('Sigmoid'),
  hardSigmoid: single('HardSigmoid', { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  tanh: single('Tanh'),
  elu: single('Elu'),
  selu: single('Selu'),
  softplus: single('Softplus'),
  softsign: single('Softsign'),
  softmax: (x, { node, call }) => node('Softmax', [x], { axis: axisInFirst(-1, call.output.shape.length) }),
  swish: (x, { node }) => node('Mul', [x, node('Sigmoid', [x])]),
  mish: (x, { node }) => node('Mul', [x, node('Tanh', [node('Softplus', [x])])]),
  gelu,
  gelu_new: geluNew,
};

/** The activation that the layer's config names, of its output with channels first. */
export function activate(x: string, writer: CallWriter): string {
  const name = writer.option<string>('activation');
  if (!Object.hasOwn(ACTIVATIONS, name)) writer.refuse(`the activation '${name}' has no form there`);
  return ACTIVATIONS[name](x, writer);
}
