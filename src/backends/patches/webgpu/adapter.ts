import { isNode } from '../../../internal/environment';
import { type GpuInfo, isSoftwareName } from '../../choose/gpu-info';

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

function describe({ info, limits }: GPUAdapter): GpuInfo {
  const { vendor, architecture, device, description } = info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ');
  const software = info.isFallbackAdapter || isSoftwareName([vendor, architecture, device, description].join(' '));
  const bounds: Record<string, number> = {};
  // The limits are getters of the prototype, which spreading leaves out.
  for (const key in limits) {
    const value = limits[key as keyof GPUSupportedLimits];
    if (typeof value === 'number') bounds[key] = value;
  }
  return { backend: 'webgpu', name, software, limits: bounds };
}

/**
 * The fastest GPU here.
 *
 * @throws {Error} where there is none, or only a software renderer and `software` is false.
 */
export async function findAdapter(software: boolean): Promise<FoundAdapter> {
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new Error(
      isNode()
        ? 'it finds no GPU: Dawn needs the driver of one for Vulkan (on Linux with libvulkan.so.1), Metal or Direct3D 12'
        : 'the browser offers no GPU',
    );
  }
  const info = describe(adapter);
  if (info.software && !software) {
    throw new Error(`its GPU is a software renderer (${info.name}); ${SOFTWARE_ADVICE}`);
  }
  return { gpu, adapter, info };
}
