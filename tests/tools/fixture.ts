import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a tool of `npm run check` in a folder of its own that holds `files` (text by path), and returns its JSON. */
export async function runTool(tool: string, args: readonly string[], files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'tfmt-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return JSON.parse(await output(join(root, 'node_modules/.bin', tool), args, folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a command prints, whether or not it succeeds: a linter that finds something fails. */
function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr));
      else resolve(stdout);
    });
  });
}
