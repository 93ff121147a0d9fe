import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { MultitaskModel } from 'tfjs-multitask';
import { loadWeights } from 'tfjs-multitask/weights';

const CONVOLUTION = /block(\d)_conv(\d)(?:_\d+)?\/(convolution|Squeeze)/;

/**
 * Which weight of VGG16 a tensor of the ONNX file is whose body it is: `functional_1/block1_conv1_1/convolution/...` is a kernel,
 * `.../Squeeze:0` a bias. The file's classifier, trained on other images, is left.
 */
function vgg16Names(tensor: string): string | null {
  const [, block, conv, kind] = CONVOLUTION.exec(tensor) ?? [];
  return kind === undefined ? null : `block${block}_conv${conv}/${kind === 'Squeeze' ? 'bias' : 'kernel'}`;
}

/** Fills the encoder with the ImageNet weights of an ONNX file, or with those of a file that Keras wrote. */
export async function fillVgg16(model: MultitaskModel<string> | LayersModel, file: string): Promise<void> {
  const from = file.endsWith('.onnx') ? vgg16Names : 'name';
  await loadWeights(model, file, { prefix: 'encoder/', from, strict: 'model' });
}
