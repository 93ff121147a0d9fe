import { rename, writeFile } from 'node:fs/promises';

/** Writes a value as JSON under a temporary name and renames it, so that the file is whole or the old one. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await rename(temporary, path);
}
