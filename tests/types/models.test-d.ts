import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expectTypeOf, test } from 'vitest';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import {
  amyar2020,
  cnn8,
  crossStitch,
  fromLayersModel,
  loadMultitask,
  multitask,
  softSharing,
  unet,
} from '../../src/models/index';
import type { ByTask, Encoder, Head, MultitaskModel } from '../../src/types';

declare const net: LayersModel;

describe('task names flow from the options to the model', () => {
  test('multitask has the tasks of its heads', () => {
    const model = multitask({
      inputShape: [8, 8, 1],
      encoder: UNetEncoder(),
      heads: { lesion: UNetDecoder(), severity: MLPHead() },
    });
    expectTypeOf(model).toEqualTypeOf<MultitaskModel<'lesion' | 'severity'>>();
    expectTypeOf(model.predict).returns.toEqualTypeOf<ByTask<'lesion' | 'severity', Tensor>>();
  });

  test('a missing head, an unknown one and an encoder in its place do not compile', () => {
    const options = { inputShape: [8, 8, 1], encoder: UNetEncoder() };
    // @ts-expect-error severity has no head
    multitask<'lesion' | 'severity'>({ ...options, heads: { lesion: UNetDecoder() } });
    // @ts-expect-error no such task
    multitask<'lesion'>({ ...options, heads: { lesion: UNetDecoder(), severity: MLPHead() } });
    // @ts-expect-error an encoder is no head
    multitask({ ...options, heads: { lesion: UNetEncoder() } });
    // @ts-expect-error a model needs heads
    multitask(options);
  });

  test('amyar2020 has exactly the tasks that were picked', () => {
    expectTypeOf(amyar2020()).toEqualTypeOf<MultitaskModel<'reconstruction' | 'segmentation' | 'classification'>>();
    expectTypeOf(amyar2020({ filters: 8 })).toEqualTypeOf(amyar2020());
    const model = amyar2020({ tasks: ['segmentation', 'classification'] });
    expectTypeOf(model).toEqualTypeOf<MultitaskModel<'segmentation' | 'classification'>>();
    // @ts-expect-error reconstruction was not picked
    model.predict({} as Tensor).reconstruction;
    // @ts-expect-error no such task
    amyar2020({ tasks: ['detection'] });
  });

  test('a way of sharing leaves the tasks in the type', () => {
    const model = amyar2020({ tasks: ['segmentation', 'classification'], sharing: crossStitch() });
    expectTypeOf(model).toEqualTypeOf<MultitaskModel<'segmentation' | 'classification'>>();
    expectTypeOf(amyar2020({ sharing: softSharing() })).toEqualTypeOf(amyar2020());
    // @ts-expect-error a way of sharing is a function, not a name
    amyar2020({ sharing: 'crossStitch' });
  });

  test('the baselines have one task each', () => {
    expectTypeOf(unet()).toEqualTypeOf<MultitaskModel<'segmentation'>>();
    expectTypeOf(cnn8()).toEqualTypeOf<MultitaskModel<'classification'>>();
  });

  test('a wrapped and a loaded net have the tasks that were named', () => {
    expectTypeOf(fromLayersModel(net, ['a', 'b'])).toEqualTypeOf<MultitaskModel<'a' | 'b'>>();
    expectTypeOf(loadMultitask('model.json', ['a', 'b'])).resolves.toEqualTypeOf<MultitaskModel<'a' | 'b'>>();
    expectTypeOf(loadMultitask('model.json')).resolves.toEqualTypeOf<MultitaskModel<string>>();
  });
});

test('builders meet the contracts', () => {
  expectTypeOf(UNetEncoder()).toEqualTypeOf<Encoder>();
  expectTypeOf(UNetDecoder()).toEqualTypeOf<Head>();
  expectTypeOf(MLPHead()).toEqualTypeOf<Head>();
  // @ts-expect-error no such norm
  UNetEncoder({ norm: 'layer' });
  // @ts-expect-error no such way to join skips
  UNetDecoder({ skips: 'add' });
});
