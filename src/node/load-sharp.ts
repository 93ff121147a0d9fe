import type sharp from 'sharp';

/** Sharp is an optional peer: only reading and writing images needs it. */
export async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new Error(
      `Reading and writing images needs the package 'sharp': run \`npm install sharp\`. (${(error as Error).message})`,
      { cause: error },
    );
  }
}
