import { expect, it } from 'vitest';
import { describeNet } from '../../src/cli/inspect/describe-net';
import { drawParts } from '../../src/cli/inspect/draw-parts';
import { partsOf } from '../../src/cli/inspect/parts';
import { MLPHead, MobileNetV2Encoder } from '../../src/layers/index';
import { fromLayersModel, multitask } from '../../src/models/index';
import { MODEL_NETS } from '../contracts/models';
import { useCpu } from '../support/cpu';

useCpu();

it.each(Object.entries(MODEL_NETS))(
  '%s: all layers are counted and drawn, and parameters are those of the net',
  (_, { build }) => {
    const net = build();
    const { description, calls } = describeNet(fromLayersModel(net, net.outputNames));
    const { totals, layers } = description;
    expect(totals.uncounted).toEqual([]);
    expect(totals.flops).toBeGreaterThan(0);
    expect(totals.parameters).toBe(net.countParams());
    expect(layers.every(({ flops, bytes }) => Number.isInteger(flops) && Number.isInteger(bytes))).toBe(true);
    const parts = partsOf(calls.calls);
    const drawn = drawParts(parts, () => '')
      .split('\n')
      .filter((line) => /\w/.test(line));
    expect(drawn).toHaveLength(parts.length);
    net.dispose();
  },
);

it('MobileNetV2 takes the 300 million multiplications with additions that its paper says', () => {
  const heads = { y: MLPHead({ filters: 0, units: [] }) };
  const model = multitask({ inputShape: [224, 224, 3], encoder: MobileNetV2Encoder(), heads });
  const { layers } = describeNet(model).description;
  const convolutions = layers.filter(({ className }) => /Conv2D/.test(className));
  const flops = convolutions.reduce((sum, layer) => sum + (layer.flops as number), 0);
  expect(Math.round(flops / 2 / 1e7)).toBe(30);
  model.dispose();
});
