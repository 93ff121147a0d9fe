import { describe, expect, it } from 'vitest';
import { startEvent, valuesEvent, versionEvent } from '../../../src/node/tensor-board/event';
import { toRecord } from '../../../src/node/tensor-board/record';
import golden from '../../golden/node/events.json';

const base64 = (event: Uint8Array): string => Buffer.from(toRecord(event)).toString('base64');
const time = 1700000000.25;

describe('Events and their records are, byte by byte, those of TensorBoard', () => {
  const { records, scalars, image } = golden;

  it('with the version, and the start of a session', () => {
    expect(base64(versionEvent(time))).toBe(records.version);
    expect(base64(startEvent({ wallTime: time, step: 300 }))).toBe(records.start);
    expect(base64(startEvent({ wallTime: time, step: 0 }))).toBe(records.fresh);
  });

  it('with scalars', () => {
    const event = valuesEvent(
      { wallTime: 1700000001.5, step: 2 ** 40 + 1 },
      { scalars: scalars as [string, number][] },
    );
    expect(base64(event)).toBe(records.scalars);
  });

  it('with images', () => {
    const png = Buffer.from(image.png, 'base64');
    const event = valuesEvent({ wallTime: 1700000002, step: 1 }, { images: [['lesion/samples', { ...image, png }]] });
    expect(base64(event)).toBe(records.images);
  });
});
