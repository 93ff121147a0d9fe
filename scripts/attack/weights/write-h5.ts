import { File, type Group, ready } from 'h5wasm';
import { listOf, numberOf, recordOf, textOf } from './plain';

/** A dataset, a group or a link of an HDF5 file. */
export interface H5Node {
  readonly attrs?: Readonly<Record<string, string | readonly string[] | number>>;
  readonly members?: Readonly<Record<string, H5Node>>;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly values?: readonly number[];
  readonly chunks?: readonly number[];
  readonly link?: string;
  readonly external?: string;
}

/** What an edit may put anywhere in such a file. */
export const H5_GRAFTS: readonly unknown[] = [
  { members: {} },
  { link: '/' },
  { link: '/nowhere' },
  { link: '/model_weights/conv' },
  { external: '/etc/passwd' },
  { shape: [2], dtype: '<i', values: [1, 2] },
  { shape: [2], dtype: '<d', values: [1, 2] },
  { shape: [2], dtype: '>f', values: [1, 2] },
  { shape: [2, 2], dtype: '<f', values: [1, 2, 3, 4], chunks: [1, 2] },
  { shape: [], dtype: '<f', values: [1] },
  { shape: [0], dtype: '<f', values: [] },
  { attrs: { weight_names: ['x', 'x'] } },
  { attrs: { layer_names: 'conv' } },
  '<b',
  '<q',
  '<e',
  '>f',
  ['conv', 'conv'],
  ['vars', 'layers', 'x/y', '..'],
];

const MOST = 2 ** 16;

/** Numbers that a dataset of this shape can hold; undefined where there is none such. */
function contentOf(shape: readonly number[], values: readonly number[]): number[] | undefined {
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) return undefined;
  const size = shape.reduce((product, n) => product * n, 1);
  return size > MOST ? undefined : Array.from({ length: size }, (_, i) => values[i % Math.max(1, values.length)] ?? 0);
}

function fill(group: Group, node: unknown, depth: number): void {
  const { attrs, members } = recordOf(node);
  for (const [name, value] of Object.entries(recordOf(attrs))) {
    if (name === '') continue;
    if (typeof value === 'number') group.create_attribute(name, value, [], '<d');
    else if (Array.isArray(value) && value.length > 0) group.create_attribute(name, value.map(textOf));
    else group.create_attribute(name, textOf(value));
  }
  if (depth > 8) return;
  for (const [name, member] of Object.entries(recordOf(members))) {
    if (name === '' || name.includes('/') || name === '.') continue;
    const { shape, dtype, values, chunks, link, external } = recordOf(member);
    if (link !== undefined) group.create_soft_link(textOf(link), name);
    else if (external !== undefined) group.create_external_link(textOf(external), '/x', name);
    else if (shape === undefined) fill(group.create_group(name), member, depth + 1);
    else {
      const sizes = listOf(shape).map(numberOf);
      const data = contentOf(sizes, listOf(values).map(numberOf));
      const type = textOf(dtype);
      if (data === undefined || !/^[<>][bBhHiIfdqQe]$/.test(type)) continue;
      const is64 = /[qQ]/.test(type);
      group.create_dataset({
        name,
        data: is64 ? (data.map((value) => BigInt(Math.trunc(value))) as never) : data,
        shape: sizes,
        dtype: type as never,
        ...(Array.isArray(chunks) && chunks.length === sizes.length && sizes.every((n) => n > 0)
          ? { chunks: chunks.map((n) => Math.max(1, Math.min(64, Math.trunc(numberOf(n))))) }
          : {}),
      });
    }
  }
}

let written = 0;

/** An HDF5 file of a tree of nodes; undefined for one that HDF5 itself cannot write. */
export async function writeH5(root: unknown): Promise<Buffer | undefined> {
  const { FS } = await ready;
  const path = `/attack-${written++}.h5`;
  const file = new File(path, 'w');
  try {
    fill(file, root, 0);
  } catch {
    return undefined;
  } finally {
    file.flush();
    file.close();
  }
  const bytes = Buffer.from(FS.readFile(path));
  FS.unlink(path);
  return bytes;
}
