import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registerCpuTrainingKernels, registerWasmTrainingKernels } from '../../src/backends';
import { values } from './support';

beforeAll(() => {
  registerCpuTrainingKernels();
  registerWasmTrainingKernels();
});

afterEach(() => {
  tf.disposeVariables();
});

/** A net with a layer of every kind that the library's models use, and a few more. */
function build(): tfl.LayersModel {
  let seed = 1;
  const kernelInitializer = () => tfl.initializers.glorotUniform({ seed: seed++ });
  const conv = (filters: number, kernelSize = 3, strides = 1) =>
    tfl.layers.conv2d({ filters, kernelSize, strides, padding: 'same', kernelInitializer: kernelInitializer() });
  const input = tfl.input({ shape: [8, 8, 1] });
  const first = tfl.layers.activation({ activation: 'relu' }).apply(conv(3).apply(input)) as tfl.SymbolicTensor;
  let x = tfl.layers.maxPooling2d({ poolSize: 2 }).apply(first);
  x = tfl.layers.batchNormalization().apply(conv(4).apply(x));
  x = tfl.layers.elu().apply(x);
  x = tfl.layers
    .depthwiseConv2d({ kernelSize: 3, padding: 'same', depthwiseInitializer: kernelInitializer() })
    .apply(x);
  x = tfl.layers.leakyReLU().apply(conv(4, 3, 2).apply(x));
  const deep = tfl.layers.dropout({ rate: 0.25, seed: 5 }).apply(x) as tfl.SymbolicTensor;
  let y = tfl.layers.upSampling2d({ size: [2, 2] }).apply(deep);
  y = tfl.layers
    .conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, kernelInitializer: kernelInitializer() })
    .apply(y) as tfl.SymbolicTensor;
  y = tfl.layers.concatenate().apply([first, y as tfl.SymbolicTensor]);
  const mask = tfl.layers.activation({ activation: 'sigmoid' }).apply(conv(1, 1).apply(y));
  const pooled = tfl.layers.flatten().apply(tfl.layers.averagePooling2d({ poolSize: 2 }).apply(deep));
  const label = tfl.layers
    .dense({ units: 3, activation: 'softmax', kernelInitializer: kernelInitializer() })
    .apply(tfl.layers.layerNormalization().apply(pooled));
  return tfl.model({ inputs: input, outputs: [mask, label] as tfl.SymbolicTensor[] });
}

const batch = 3;

function stepper(net: tfl.LayersModel, optimizer: tf.Optimizer): () => number {
  const x = tf.tensor4d(values(1, [batch, 8, 8, 1], 0, 1), [batch, 8, 8, 1]);
  const mask = tf.cast(tf.greater(x, 0.7), 'float32');
  const label = tf.oneHot(tf.tensor1d([0, 1, 2], 'int32'), 3);
  const loss = (): tf.Scalar => {
    const [m, p] = net.apply(x, { training: true }) as tf.Tensor[];
    const overlap = tf.mul(2, tf.sum(tf.mul(m, mask)));
    const dice = tf.sub(1, tf.div(overlap, tf.add(tf.sum(m), tf.sum(mask))));
    const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(label, tf.log(p)), 1)));
    return tf.add(dice, crossEntropy) as tf.Scalar;
  };
  return () => tf.tidy(() => (optimizer.minimize(loss, true) as tf.Scalar).dataSync()[0]);
}

async function curve(backend: string, optimizer: () => tf.Optimizer, steps: number): Promise<number[]> {
  await tf.setBackend(backend);
  const step = stepper(build(), optimizer());
  return Array.from({ length: steps }, step);
}

const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  adagrad: () => tf.train.adagrad(0.05),
  adadelta: () => tf.train.adadelta(1),
  rmsprop: () => tf.train.rmsprop(0.005),
};

describe('training on wasm', () => {
  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(`follows the loss curve of the cpu backend with ${name}`, async () => {
      const cpu = await curve('cpu', optimizer, 6);
      const wasm = await curve('wasm', optimizer, 6);
      wasm.forEach((loss, i) => {
        expect(Math.abs(loss - cpu[i])).toBeLessThan(1e-4);
      });
      expect(wasm[5]).toBeLessThan(wasm[0]);
    });
  }

  it('leaves nothing behind, neither in the engine nor in the memory of the backend', async () => {
    await tf.setBackend('wasm');
    const step = stepper(build(), tf.train.adam(0.01));
    const count = () => {
      const { numTensors, numBytes } = tf.memory();
      const backend = tf.backend() as unknown as { numDataIds(): number; wasm: { HEAPU8: Uint8Array } };
      return { numTensors, numBytes, dataIds: backend.numDataIds(), heap: backend.wasm.HEAPU8.length };
    };
    step();
    const before = count();
    for (let i = 0; i < 50; i++) step();
    expect(count()).toEqual(before);
  });

  it('gives the same numbers twice', async () => {
    const once = await curve('wasm', optimizers.adam, 3);
    expect(await curve('wasm', optimizers.adam, 3)).toEqual(once);
  });
});

describe('registering training kernels', () => {
  it('may be done twice', () => {
    registerCpuTrainingKernels();
    registerWasmTrainingKernels();
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeDefined();
  });
});
