import { isNode } from '../../../internal/environment';
import { type GpuInfo, isSoftwareName } from '../../choose/gpu-info';
import { type ProbedInfo, probeAdapter } from './probe-adapter';

/** Bundlers tolerate a missing import only inside a `try`, so each import has one, whose `catch` throws this. */
export function importError(packageName: string, cause: unknown): Error {
  return new Error(`cannot import '${packageName}': ${cause instanceof Error ? cause.message : cause}`, { cause });
}

/** The page's GPU, or in Node that of Dawn, which the package webgpu holds. */
async function findGpu(): Promise<GPU> {
  const given = globalThis.navigator?.gpu;
  if (given !== undefined) return given;
  if (!isNode())
    throw new Error('this browser has no WebGPU, or not for this page: it must come by https or localhost');
  try {
    const { create, globals } = await import('#webgpu');
    Object.assign(globalThis, globals); // the constants and classes that browsers have
    return create([]);
  } catch (cause) {
    throw importError('webgpu', cause);
  }
}

/** What to do where the adapter is a software renderer. */
export const SOFTWARE_ADVICE = 'the backend simd is faster; the option software: true chooses this one anyway';

/** An adapter, and the GPU object that it comes from. */
export interface FoundAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly info: GpuInfo;
}

/** The adapter's name, and whether it is a software renderer. */
function identify({ vendor, architecture, device, description, isFallbackAdapter }: ProbedInfo) {
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ');
  const software = isFallbackAdapter || isSoftwareName([vendor, architecture, device, description].join(' '));
  return { name, software };
}

function describe({ info, limits }: GPUAdapter): GpuInfo {
  const bounds: Record<string, number> = {};
  // The limits are getters of the prototype, which spreading leaves out.
  for (const key in limits) {
    const value = limits[key as keyof GPUSupportedLimits];
    if (typeof value === 'number') bounds[key] = value;
  }
  return { backend: 'webgpu', ...identify(info), limits: bounds };
}

/** What Dawn printed, in one line and without the places in its code. */
const saidBy = (printed: string): string =>
  [...printed.matchAll(/^(?:Warning|Error): (.*)$/gm)].map(([, said]) => said.trim()).join('; ');

/** `printed`: what Dawn said, where that is known. */
function noGpu(printed = ''): Error {
  if (!isNode()) return new Error('the browser offers no GPU');
  const said = saidBy(printed);
  return new Error(
    'it finds no GPU: Dawn needs the driver of one for Vulkan (on Linux with libvulkan.so.1), Metal or Direct3D 12' +
      (said === '' ? '' : `, and says: ${said}`),
  );
}

function checkWanted(info: ProbedInfo, software: boolean): void {
  const found = identify(info);
  if (software || !found.software) return;
  throw new Error(`its GPU is a software renderer (${found.name}); ${SOFTWARE_ADVICE}`);
}

/**
 * The fastest GPU here.
 *
 * @throws {Error} where there is none, or only a software renderer and `software` is false.
 */
export async function findAdapter(software: boolean): Promise<FoundAdapter> {
  const gpu = await findGpu();
  const probe = globalThis.navigator?.gpu === undefined ? await probeAdapter() : undefined;
  if (probe?.info === null) throw noGpu(probe.printed);
  if (probe !== undefined) checkWanted(probe.info, software);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw noGpu();
  checkWanted(adapter.info, software);
  return { gpu, adapter, info: describe(adapter) };
}
