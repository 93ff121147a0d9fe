import { input, model as layersModel } from '@tensorflow/tfjs-layers';
import { VGG16Encoder } from 'tfjs-multitask/layers';
import { fillVgg16 } from '../training/pretrained/fill-vgg16';

/** The first numbers of the first layer of Keras's and MatConvNet's VGG16, as public files print them. */
const FIRST = { kernel: 0.42947057, bias: 0.73429835 };
const TOLERANCE = 1e-6;

/**
 * Loads a file into a `VGG16Encoder` and looks whether it is the network of ImageNet.
 *
 * @throws Error where it does not load, or begins with other numbers.
 */
export async function checkVgg16(file: string): Promise<void> {
  const image = input({ shape: [32, 32, 3] });
  const { bottleneck } = VGG16Encoder()(image, 'encoder', 1);
  const net = layersModel({ inputs: image, outputs: bottleneck });
  try {
    await fillVgg16(net, file);
    const [kernel, bias] = net.getLayer('encoder/block1_conv1').getWeights();
    const found = { kernel: kernel.dataSync()[0], bias: bias.dataSync()[0] };
    for (const name of ['kernel', 'bias'] as const) {
      if (Math.abs(found[name] - FIRST[name]) <= TOLERANCE) continue;
      throw new Error(
        `${file}: expected the VGG16 of ImageNet, whose first ${name} begins with ${FIRST[name]}, found ${found[name]}.`,
      );
    }
  } finally {
    net.dispose();
  }
}
