import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProtoField, protoFields } from '../../../src/weights/formats/protobuf';

interface ReadImage {
  readonly height: number;
  readonly width: number;
  readonly png: Uint8Array;
}

export interface ReadEvent {
  readonly step: number;
  readonly wallTime: number;
  readonly version?: string;
  readonly starts: boolean;
  readonly scalars: Readonly<Record<string, number>>;
  readonly images: Readonly<Record<string, ReadImage>>;
}

const text = ({ bytes }: ProtoField): string => new TextDecoder().decode(bytes);
const view = ({ bytes }: ProtoField): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const byNumber = (message: Uint8Array): Record<number, ProtoField | undefined> =>
  Object.fromEntries([...protoFields(message)].map((field) => [field.number, field]));

function readEvent(message: Uint8Array): ReadEvent {
  const event = byNumber(message);
  const scalars: Record<string, number> = {};
  const images: Record<string, ReadImage> = {};
  for (const { bytes } of protoFields(event[5]?.bytes ?? new Uint8Array())) {
    const { 1: tag, 2: scalar, 4: image } = byNumber(bytes);
    if (scalar !== undefined) scalars[text(tag!)] = view(scalar).getFloat32(0, true);
    if (image === undefined) continue;
    const { 1: height, 2: width, 4: png } = byNumber(image.bytes);
    images[text(tag!)] = { height: height!.value, width: width!.value, png: png!.bytes };
  }
  return {
    step: event[2]?.value ?? 0,
    wallTime: view(event[1]!).getFloat64(0, true),
    ...(event[3] && { version: text(event[3]) }),
    starts: event[7] !== undefined && byNumber(event[7].bytes)[1]?.value === 1,
    scalars,
    images,
  };
}

/** The events of a file. That records have the right checksums is another test's. */
function readFile(path: string): ReadEvent[] {
  const file = readFileSync(path);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    events.push(readEvent(file.subarray(at + 12, at + 12 + length)));
    at += length + 16;
  }
  return events;
}

/** The event files of a folder in the order in which TensorBoard reads them. */
export const eventFiles = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
    : [];

/** What TensorBoard shows of a folder: a session that starts at a step drops what was there from that step on. */
export function readEvents(folder: string): ReadEvent[] {
  let shown: ReadEvent[] = [];
  for (const event of eventFiles(folder).flatMap(readFile)) {
    if (event.starts) shown = shown.filter(({ step }) => step < event.step);
    else if (event.version === undefined) shown.push(event);
  }
  return shown;
}

/** The points of a curve: steps and values. */
export const curve = (folder: string, tag: string): [step: number, value: number][] =>
  readEvents(folder).flatMap(({ step, scalars }) => (tag in scalars ? [[step, scalars[tag]]] : []));
