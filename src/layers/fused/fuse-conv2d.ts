import {
  engine,
  type GradConfig,
  getGradient,
  mul,
  registerGradient,
  step,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { hasKernel } from '../../internal/has-kernel';

const RELU_GRAD = 'ReluGrad';

/**
 * dy where the output of the ReLU is positive, 0 elsewhere: in one pass where the backend has a kernel for it (`simd`,
 * `webgpu`).
 */
function reluGradient(dy: Tensor, y: Tensor): Tensor {
  if (!hasKernel(RELU_GRAD)) return mul(dy, step(y));
  return engine().runKernel(RELU_GRAD, { dy, y }) as Tensor;
}

/** tfjs's own keeps the input of a ReLU, which nothing else needs; the output is kept anyway by what comes next. */
const relu: GradConfig = {
  kernelName: 'Relu',
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ x: () => reluGradient(dy as Tensor, y) }),
};

interface ConvAttrs {
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid';
  readonly activation: 'linear' | 'relu';
}

interface ConvConfig {
  readonly strides: number[];
  readonly padding: string;
  readonly dataFormat: string;
  readonly dilationRate: number[];
  readonly activation: string;
}

/**
 * tfjs has no gradient for this kernel: its `fused.conv2d` falls back to a convolution, an addition and a ReLU in
 * training.
 */
const fusedConv2d: GradConfig = {
  kernelName: 'FusedConv2D',
  inputsToSave: ['x', 'filter'],
  outputsToSave: [true],
  gradFunc: (dy, [x, filter, y], attrs) => {
    const { strides, pad, activation } = attrs as unknown as ConvAttrs;
    const inner = activation === 'relu' ? reluGradient(dy as Tensor, y) : (dy as Tensor);
    const shared = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
    const run = (kernel: string, inputs: Record<string, Tensor>, own: Record<string, number[]>) => () =>
      engine().runKernel(kernel, inputs, { ...shared, ...own } as never) as Tensor;
    return {
      x: run('Conv2DBackpropInput', { dy: inner, filter }, { inputShape: x.shape }),
      filter: run('Conv2DBackpropFilter', { x, dy: inner }, { filterShape: filter.shape }),
      bias: () => sum(inner, [0, 1, 2]),
    };
  },
};

/**
 * Makes bias and ReLU of a `tf.layers.conv2d` part of the convolution in training too, so that a step makes and keeps
 * one feature map where it would make three and keep two. The layer is saved as the standard one that it is. A layer
 * with dilations, another data format or another activation stays as it was.
 */
export function fuseConv2d(layer: layers.Layer): layers.Layer {
  const { strides, padding, dataFormat, dilationRate, activation } = layer.getConfig() as unknown as ConvConfig;
  const plain = dataFormat === 'channelsLast' && dilationRate.every((rate) => rate === 1);
  if (!plain || (activation !== 'linear' && activation !== 'relu')) return layer;
  const attrs = { strides, pad: padding, dataFormat: 'NHWC', dilations: [1, 1], activation };
  layer.call = (inputs) =>
    tidy(() => {
      for (const config of [relu, fusedConv2d]) if (getGradient(config.kernelName) !== config) registerGradient(config);
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
      const [filter, bias] = layer.weights.map((weight) => weight.read());
      const all: Record<string, Tensor> = bias === undefined ? { x, filter } : { x, filter, bias };
      return engine().runKernel('FusedConv2D', all, attrs as never) as Tensor;
    });
  return layer;
}
