import { joinBytes } from '../../internal/join-bytes';
import { type Bytes, bytes, double, float, inside, integer, message, text } from '../../internal/write-protobuf';

// The messages of tensorboard/compat/proto/event.proto and summary.proto, of which these fields are written.

/** An image of a summary. */
export interface EventImage {
  readonly height: number;
  readonly width: number;
  /** 3: RGB. */
  readonly colorspace: number;
  readonly png: Uint8Array;
  /** Shown beside it. */
  readonly description: string;
}

/** What an event shows, by tag. */
export interface EventValues {
  readonly scalars?: Iterable<readonly [tag: string, value: number]> | undefined;
  readonly images?: Iterable<readonly [tag: string, image: EventImage]> | undefined;
}

/** When and at which step an event was. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

/** Zero is what a field that is not written holds. */
const unlessZero = (field: number, value: number): Bytes => (value === 0 ? message() : integer(field, value));

function event({ wallTime, step }: EventTime, what: Bytes): Uint8Array {
  return joinBytes(message(double(1, wallTime), unlessZero(2, step), what).parts);
}

/** The event that a file begins with. */
export const versionEvent = (wallTime: number): Uint8Array => event({ wallTime, step: 0 }, text(3, 'brain.Event:2'));

/** The event after which TensorBoard drops what it has read of this step and later ones. */
export const startEvent = (time: EventTime): Uint8Array => event(time, inside(7, integer(1, 1)));

/** The event that shows values. */
export function valuesEvent(time: EventTime, { scalars = [], images = [] }: EventValues): Uint8Array {
  const summary = message(
    ...Array.from(scalars, ([tag, number]) => inside(1, message(text(1, tag), float(2, number)))),
    ...Array.from(images, ([tag, { height, width, colorspace, png, description }]) => {
      const image = message(integer(1, height), integer(2, width), integer(3, colorspace), bytes(4, png));
      return inside(1, message(text(1, tag), inside(4, image), inside(9, text(3, description))));
    }),
  );
  return event(time, inside(5, summary));
}
