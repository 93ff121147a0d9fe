import { memory, ones, sum, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { crossStitch, multitask, sluice, softSharing } from '../../src/models/index';
import type { Head } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

const encoder = UNetEncoder({ filters: [4, 8, 16] });
const severity = MLPHead({ filters: 4, units: [4], activation: 'linear' });
const build = () =>
  multitask({
    inputShape: [16, 16, 1],
    encoder,
    heads: { severity, lesion: UNetDecoder({ channels: 3, activation: 'softmax' }) },
    name: 'lungs',
  });

describe('multitask', () => {
  it('names the outputs after the tasks, in their order', () => {
    const { net, tasks, dispose } = build();
    expect(tasks).toEqual(['severity', 'lesion']);
    expect(net.outputNames).toEqual(tasks);
    expect(net.name).toBe('lungs');
    dispose();
  });

  it('predicts a tensor for each task', () => {
    const model = build();
    tidy(() => {
      const { severity: grade, lesion } = model.predict(ones([2, 16, 16, 1]));
      expect(grade.shape).toEqual([2, 1]);
      expect(lesion.shape).toEqual([2, 16, 16, 3]);
      const total = sum(lesion, -1).dataSync();
      for (const value of total) expect(value).toBeCloseTo(1, 5);
    });
    model.dispose();
  });

  it('predicts with a single task too', () => {
    const model = multitask({ inputShape: [8, 8, 1], encoder, heads: { severity } });
    tidy(() => {
      expect(model.predict(ones([1, 8, 8, 1])).severity.shape).toEqual([1, 1]);
    });
    model.dispose();
  });

  it('gives the same output for a sample alone and in a batch of more than tfjs predicts at once', () => {
    const model = multitask({ inputShape: [8, 8, 1], encoder, heads: { severity } });
    tidy(() => {
      const many = model.predict(ones([40, 8, 8, 1])).severity;
      expect(many.shape).toEqual([40, 1]);
      expect(many.dataSync()[39]).toBeCloseTo(model.predict(ones([1, 8, 8, 1])).severity.dataSync()[0], 6);
    });
    model.dispose();
  });

  it('gives every layer a name that tells where it belongs', () => {
    const { net, dispose } = build();
    for (const { name } of net.layers) expect(name).toMatch(/^(input$|encoder\/|severity($|\/)|lesion($|\/))/);
    dispose();
  });

  it('shows every layer by its whole name in the summary', () => {
    const { net, dispose } = build();
    const lines: string[] = [];
    net.summary(undefined, undefined, (line: string) => lines.push(line));
    for (const { name } of net.layers) expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true);
    dispose();
  });

  it('leaves no tensor after predicting and disposing', async () => {
    const x = ones([1, 16, 16, 1]);
    await expectNoLeak(() => {
      const model = build();
      const held = memory().numTensors;
      const outputs = model.predict(x) as Record<string, Tensor>;
      expect(memory().numTensors).toBe(held + 2);
      for (const output of Object.values(outputs)) output.dispose();
      model.dispose();
    });
    x.dispose();
  });

  it.each([
    ['', "a task name must be a letter followed by letters, digits, '_' or '-', got ''"],
    ['a/b', "got 'a/b'"],
    ['a.b', "got 'a.b'"],
    ['1', "got '1'"],
    ['loss', "the task names loss, input, encoder are reserved, got 'loss'"],
    ['encoder', "got 'encoder'"],
  ])('refuses the task name %j', (task, message) => {
    const before = memory().numTensors;
    expect(() => multitask({ inputShape: [8, 8, 1], encoder, heads: { [task]: severity } })).toThrow(message);
    expect(memory().numTensors).toBe(before);
  });

  it('refuses a model without tasks', () => {
    expect(() => multitask({ inputShape: [8, 8, 1], encoder, heads: {} })).toThrow(
      new RangeError('multitask: a model must have at least 1 task, got none.'),
    );
  });

  it('refuses a shape that is not of positive integers', () => {
    expect(() => multitask({ inputShape: [8, 0, 1], encoder, heads: { severity } })).toThrow(
      'multitask: inputShape must be an integer of at least 1, got 0.',
    );
  });

  it("refuses a head whose last layer does not have the task's name", () => {
    const head: Head = ({ bottleneck }, name) =>
      layers.flatten({ name: `${name}/flatten` }).apply(bottleneck) as SymbolicTensor;
    expect(() => multitask({ inputShape: [8, 8, 1], encoder, heads: { grade: head } })).toThrow(
      new RangeError("multitask: the head of 'grade' must end in a layer named 'grade', got 'grade/flatten'."),
    );
  });

  it('refuses a head or an input that gives no output of a layer', () => {
    const nothing = (() => undefined) as never;
    expect(() => multitask({ inputShape: [8, 8, 1], encoder, heads: { grade: nothing } })).toThrow(
      "multitask: what the head of 'grade' returns must be the output of a layer",
    );
    expect(() => multitask({ inputShape: [8, 8, 1], encoder, heads: { severity }, input: nothing })).toThrow(
      'multitask: what input returns must be the output of a layer',
    );
    const values = (() => zeros([1, 1])) as never;
    expect(() => multitask({ inputShape: [8, 8, 1], encoder, heads: { grade: values } })).toThrow('a SymbolicTensor');
  });

  const parts = { inputShape: [8, 8, 1], encoder: UNetEncoder({ filters: [3, 4] }) };
  const misnamed: Head = ({ bottleneck }) => layers.flatten({ name: 'other' }).apply(bottleneck) as SymbolicTensor;
  const failing: Head = () => {
    throw new Error('no such head');
  };
  it.each([
    ['a later head throws', { heads: { severity, lesion: failing } }, 'no such head'],
    ['a later head has another name', { heads: { severity, lesion: misnamed } }, "got 'other'"],
    ['a head of softly shared encoders throws', { heads: { severity, lesion: failing }, sharing: softSharing() }, 'no'],
    ['a head of stitched encoders throws', { heads: { severity, lesion: failing }, sharing: crossStitch() }, 'no'],
    ['a level cannot be mixed', { heads: { severity, lesion: UNetDecoder() }, sharing: sluice() }, 'subspaces'],
    [
      'the second encoder throws',
      {
        heads: { severity, lesion: UNetDecoder() },
        sharing: crossStitch(),
        encoder: (input: SymbolicTensor, name: string) => {
          const features = parts.encoder(input, name);
          if (name.endsWith('lesion')) throw new Error('no second encoder');
          return features;
        },
      },
      'no second encoder',
    ],
  ])('leaves no tensor where %s', async (_, options, message) => {
    await expectNoLeak(() => {
      expect(() => multitask({ ...parts, ...options } as never)).toThrow(message);
    });
  });

  it.each([
    [[16, 16, 1], 'x must have the shape [batch, 16, 16, 1], got [16, 16, 1]; add a batch axis with expandDims(x, 0).'],
    [[2, 16, 8, 1], 'x must have the shape [batch, 16, 16, 1], got [2, 16, 8, 1].'],
    [[2, 16, 16, 3], 'x must have the shape [batch, 16, 16, 1], got [2, 16, 16, 3].'],
    [[0, 16, 16, 1], 'x must hold at least one sample, got none.'],
  ])('refuses to predict from the shape %j', (shape, message) => {
    const model = build();
    const x = ones(shape);
    expect(() => model.predict(x)).toThrow(new RangeError(`predict: ${message}`));
    x.dispose();
    model.dispose();
  });

  it('refuses to predict from integers', () => {
    const model = build();
    const x = ones([1, 16, 16, 1], 'int32');
    expect(() => model.predict(x)).toThrow(
      new TypeError(
        "predict: x must be float32, got int32; convert it with cast(x, 'float32'), and scale it as the images of the " +
          'training were: pixels of 0 to 255 are mostly divided by 255.',
      ),
    );
    x.dispose();
    model.dispose();
  });

  it.each<[string, unknown, string]>([
    ['nested arrays', [[[[0.5]]]], 'an array'],
    ['a typed array', new Float32Array(256), 'Float32Array'],
    ['nothing', undefined, 'undefined'],
  ])('refuses to predict from %s', (_, x, given) => {
    const model = build();
    expect(() => model.predict(x as Tensor)).toThrow(
      new TypeError(`predict: x must be a tensor, got ${given}; make one with tensor(values, [batch, ...]).`),
    );
    model.dispose();
  });

  it('refuses to predict from a disposed tensor', () => {
    const model = build();
    const x = ones([1, 16, 16, 1]);
    x.dispose();
    expect(() => model.predict(x)).toThrow(new Error('predict: x has been disposed.'));
    model.dispose();
  });
});

describe('parts that are not called', () => {
  it.each<[object, string]>([
    [{ encoder: UNetEncoder }, 'multitask: encoder is not called, got UNetEncoder; write UNetEncoder().'],
    [{ heads: { severity: MLPHead } }, 'multitask: heads.severity is not called, got MLPHead; write MLPHead().'],
    [{ sharing: softSharing }, 'multitask: sharing is not called, got softSharing; write softSharing().'],
  ])('%o', (part, message) => {
    const options = { inputShape: [16, 16, 1], encoder, heads: { severity }, ...part };
    expect(() => multitask(options as never)).toThrow(new TypeError(message));
  });

  it("takes a head of one's own with one argument", () => {
    const own = ({ bottleneck }: Parameters<Head>[0]) =>
      layers.dense({ units: 1, name: 'severity' }).apply(layers.flatten().apply(bottleneck)) as SymbolicTensor;
    multitask({ inputShape: [16, 16, 1], encoder, heads: { severity: own } }).dispose();
  });
});

it('says how a folder is written where a path is given to `save`', async () => {
  const model = build();
  await expect(model.net.save('runs/x')).rejects.toThrow("write save(fileSystem('runs/x'))");
  model.dispose();
});
