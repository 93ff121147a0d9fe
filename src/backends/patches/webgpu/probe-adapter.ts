import { importBuiltin, isNode } from '../../../internal/environment';

/** What Dawn found in a process of its own. */
interface Probe {
  /** `null`: no GPU. */
  readonly info: ProbedInfo | null;
  /** What it printed on stderr: why it found none. */
  readonly printed: string;
}

export type ProbedInfo = Pick<
  GPUAdapterInfo,
  'vendor' | 'architecture' | 'device' | 'description' | 'isFallbackAdapter'
>;

/** What is used of Node's module of that name. */
interface ChildProcess {
  execFile(
    file: string,
    args: readonly string[],
    options: { readonly env: object; readonly timeout: number; readonly windowsHide: boolean },
    done: (error: Error | null, stdout: string, stderr: string) => void,
  ): void;
}

const SECONDS = 20;

/** Runs in the child. The GPU object must live as long as what it returns. */
const SCRIPT = `
const gpu = require(process.argv[1]).create([]);
gpu.requestAdapter({ powerPreference: 'high-performance' }).then((adapter) => {
  const names = ['vendor', 'architecture', 'device', 'description', 'isFallbackAdapter'];
  const info = adapter && Object.fromEntries(names.map((name) => [name, adapter.info[name]]));
  process.stdout.write(JSON.stringify(info), () => process.exit(0));
});`;

/** Where the package webgpu has loaded its library from. */
async function findLibrary(): Promise<string | undefined> {
  const { default: module } = await importBuiltin<{ readonly default: { readonly _cache?: object } }>('node:module');
  return Object.keys(module._cache ?? {}).find((path) => /[\\/]dawn\.node$/.test(path));
}

/**
 * Asks Dawn for an adapter in a process of its own. Dawn's library writes its warnings to stderr, past Node, and has no
 * switch for that, so that a program which does without a GPU would begin with warnings about one.
 *
 * Undefined where no such process can be had: in Electron, in a program packed with its Node, or where Node may start none.
 */
export async function probeAdapter(): Promise<Probe | undefined> {
  if (!isNode() || !/[\\/]node(\.exe)?$/i.test(process.execPath)) return undefined;
  const library = await findLibrary();
  if (library === undefined) return undefined;
  const { execFile } = await importBuiltin<ChildProcess>('node:child_process');
  const env = { ...process.env, NODE_OPTIONS: '' };
  const options = { env, timeout: SECONDS * 1000, windowsHide: true };
  return new Promise((resolve) => {
    try {
      execFile(process.execPath, ['-e', SCRIPT, library], options, (error, stdout, printed) => {
        try {
          resolve(error === null ? { info: JSON.parse(stdout) as ProbedInfo | null, printed } : undefined);
        } catch {
          resolve(undefined);
        }
      });
    } catch {
      resolve(undefined);
    }
  });
}
