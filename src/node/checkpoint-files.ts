import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface CheckpointFile {
  readonly number: number;
  readonly path: string;
}

/** The name of a checkpoint sorts as its number does. */
export function checkpointPath(directory: string, number: number): string {
  return join(directory, `checkpoint-${String(number).padStart(6, '0')}.tfmt`);
}

/** The checkpoints in a directory, newest first; none where there is no such directory. */
export async function listCheckpoints(directory: string): Promise<CheckpointFile[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`${directory}: expected a directory of checkpoints: ${error.message}.`, { cause: error });
  });
  return names
    .flatMap((name) => {
      const match = /^checkpoint-(\d{6,15})\.tfmt$/.exec(name);
      return match === null ? [] : [{ number: Number(match[1]), path: join(directory, name) }];
    })
    .sort((a, b) => b.number - a.number);
}
