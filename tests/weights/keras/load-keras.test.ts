import { readFileSync } from 'node:fs';
import { layers } from '@tensorflow/tfjs-layers';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { loadKeras } from '../../../src/weights/keras/load-keras';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { difference, golden, readGolden } from '../nets';

useCpu();

const keras = readGolden('keras.json');
const later = readGolden('keras-layers.json');

/** A file with another text in its config. */
function changed(from: string, to: string, name = 'small.keras'): Uint8Array {
  const files = unzipSync(readFileSync(golden(name)));
  const config = new TextDecoder().decode(files['config.json']);
  expect(config).toContain(from);
  return zipSync({ ...files, 'config.json': strToU8(config.replace(from, to)) });
}

describe('loadKeras', () => {
  it.each(['small.keras', 'small.h5'])('computes %s as Keras does', async (name) => {
    const net = await loadKeras(golden(name));
    expect(await difference(net, keras.small.x, keras.small.y)).toBeLessThan(1e-5);
    net.dispose();
  });

  it.each([
    [
      '"negative_slope": 0.0',
      '"negative_slope": 0.5',
      "layer 'stem_relu' (ReLU): negative_slope must be 0 here, found 0.5",
    ],
    ['"activation": "relu"', '"activation": "celu"', 'the activation "celu" is computed otherwise here'],
    ['"groups": 1', '"groups": 2', "layer 'stem' (Conv2D): groups must be 1 here, found 2"],
    ['"class_name": "ReLU"', '"class_name": "MyReLU"', "layer 'stem_relu' (MyReLU): TensorFlow.js has no such layer"],
    ['"filters": 4', '"filters": 400000000', 'filters is 400000000, and no axis of the weights is longer than 8'],
    ['"filters": 4', '"filters": 5', 'the shapes of'],
    ['"keras_history": ["image", 0, 0]', '"keras_history": ["out", 0, 0]', 'expected a graph without cycles'],
    ['"use_bias": true', '"use_bias": true, "novelty": 3', 'its member novelty is not known here'],
  ])('refuses %s changed to %s by layer and class', async (from, to, reason) => {
    await expectNoLeak(() => expect(loadKeras(changed(from, to))).rejects.toThrow(reason));
  });

  it.each(['many.keras', 'many.h5'])('computes the layers of %s as Keras does, models in models too', async (name) => {
    const net = await loadKeras(golden(name));
    expect(await difference(net, keras.many.x, keras.many.y)).toBeLessThan(1e-5);
    net.dispose();
  });

  it.each([
    ['nested.keras', keras.nested],
    ['nested.h5', keras.nested],
    ['recurrent.keras', later.recurrent],
    ['recurrent.h5', later.recurrent],
    ['blocks.keras', later.blocks],
  ])('computes %s as Keras does, and leaves nothing behind', async (name, { x, y }) => {
    await expectNoLeak(async () => {
      const net = await loadKeras(golden(name));
      expect(await difference(net, x, y)).toBeLessThan(1e-5);
      net.dispose();
    });
  });

  it.each([
    ['recurrent.keras', '"reset_after": false', '"reset_after": true', "layer 'gru' (GRU): reset_after must be false"],
    ['recurrent.keras', '"stateful": false', '"stateful": true', "layer 'lstm' (LSTM): stateful must be false"],
    [
      'recurrent.keras',
      '"name": "backward_lstm", "trainable": true',
      '"name": "backward_lstm", "trainable": false',
      "layer 'both' (Bidirectional): its backward_layer must be as its layer is",
    ],
    ['recurrent.keras', '"units": 3', '"units": 300', 'units is 300, and no axis of the weights is longer than'],
    [
      'recurrent.keras',
      '"class_name": "Dense", "config": {"name": "dense"',
      '"class_name": "Mine", "config": {"name": "dense"',
      "layer 'each' (TimeDistributed): its layer 'dense' (Mine): TensorFlow.js has no such layer",
    ],
    ['blocks.keras', '"size": [2, 2]', '"size": [1, 2]', "layer 'up' (UpSampling2D): size must be 2 or [2,2] here"],
    ['blocks.keras', '"scale": true', '"scale": false', "layer 'groups' (GroupNormalization): scale must be true here"],
  ])('refuses %s with %s changed to %s', async (name, from, to, reason) => {
    await expectNoLeak(() => expect(loadKeras(changed(from, to, name))).rejects.toThrow(reason));
  });

  it('takes layers of other classes from a table', async () => {
    const made = { MyReLU: (config: { readonly name?: unknown }) => layers.reLU({ name: String(config.name) }) };
    const net = await loadKeras(changed('"class_name": "ReLU"', '"class_name": "MyReLU"'), { layers: made });
    expect(await difference(net, keras.small.x, keras.small.y)).toBeLessThan(1e-5);
    net.dispose();
  });

  it('refuses weights alone', async () => {
    await expect(loadKeras(golden('small.weights.h5'))).rejects.toThrow('found weights alone');
    await expect(loadKeras(golden('small.pth'))).rejects.toThrow('found weights alone');
  });
});
