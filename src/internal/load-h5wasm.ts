import type * as h5wasm from 'h5wasm';

/** h5wasm is an optional peer: only HDF5 files need it. */
export async function loadH5Wasm(caller: string): Promise<typeof h5wasm> {
  try {
    return await import('h5wasm');
  } catch (error) {
    throw new Error(
      `${caller}: Keras's files need the package 'h5wasm': run \`npm install h5wasm\`. (${(error as Error).message})`,
      { cause: error },
    );
  }
}
