import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The path of a Node binary of the major version, from npm, kept between runs. */
export async function nodeBinary(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const packageName = `node-${platform}-${process.arch}`;
  const folder = join(tmpdir(), 'tfjs-multitask-node', `${major}`);
  const binary = join(folder, 'node_modules', packageName, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const works = await run(binary, ['--version']).catch(() => undefined);
  if (works === undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', `${packageName}@${major}`, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
    });
  }
  return binary;
}
