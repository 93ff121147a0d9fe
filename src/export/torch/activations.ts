import { axisInFirst } from '../graph/axes';
import type { TorchWriter } from './call-writer';

const ACTIVATIONS: Readonly<Record<string, (x: string, axis: number) => string>> = {
  linear: (x) => x,
  relu: (x) => `F.relu(${x})`,
  relu6: (x) => `F.relu6(${x})`,
  sigmoid: (x) => `torch.sigmoid(${x})`,
  hardSigmoid: (x) => `torch.clamp(0.2 * ${x} + 0.5, 0, 1)`,
  tanh: (x) => `torch.tanh(${x})`,
  elu: (x) => `F.elu(${x})`,
  selu: (x) => `F.selu(${x})`,
  softplus: (x) => `F.softplus(${x})`,
  softsign: (x) => `F.softsign(${x})`,
  softmax: (x, axis) => `F.softmax(${x}, dim=${axis})`,
  swish: (x) => `F.silu(${x})`,
  mish: (x) => `F.mish(${x})`,
  gelu: (x) => `F.gelu(${x})`,
  gelu_new: (x) => `F.gelu(${x}, approximate="tanh")`,
};

/** The activation that the layer's config names, of an expression with channels behind the batch. */
export function activated(x: string, writer: TorchWriter): string {
  const name = writer.option<string>('activation');
  if (!Object.hasOwn(ACTIVATIONS, name)) writer.refuse(`the activation '${name}' has no form there`);
  return ACTIVATIONS[name](x, axisInFirst(-1, writer.call.output.shape.length));
}
