import { openWeights } from '../../weights/open-weights';
import { print } from '../print';
import { count, sides, table } from '../words';

/** Prints which tensors a file of weights has. @throws {Error} that names the file where it is none. */
export async function inspectWeights(path: string, json: boolean | undefined): Promise<void> {
  const file = await openWeights(path);
  try {
    const tensors = file.tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
    const values = tensors.reduce((sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1), 0);
    print(json, { file: path, format: file.format, tensors, besides: file.besides, values }, () =>
      [
        `${path}: ${file.format}, ${count(tensors.length)} tensors`,
        table('<<<', [
          ['tensor', 'shape', 'numbers'],
          ...tensors.map(({ name, shape, dtype }) => [name, sides(shape), dtype]),
        ]),
        `In all ${count(values)} numbers.`,
      ].join('\n\n'),
    );
  } finally {
    file.close();
  }
}
