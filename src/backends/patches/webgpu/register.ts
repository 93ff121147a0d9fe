import { engine, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { type FoundAdapter, findAdapter, importError } from './adapter';
import { createWebgpuBackend, type OfficialClass, type WebgpuBackend } from './backend';

const NAME = 'webgpu';

/** Settings of the `webgpu` backend. */
export interface WebgpuOptions {
  /** Whether a software renderer (a fallback adapter) is accepted. Default: false. */
  readonly software?: boolean;
}

/** The limits that kernels run into; a device grants no more of them than is requested. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

async function importOfficial(): Promise<{ readonly WebGPUBackend: OfficialClass }> {
  try {
    return await import('@tensorflow/tfjs-backend-webgpu');
  } catch (cause) {
    throw importError('@tensorflow/tfjs-backend-webgpu', cause);
  }
}

/** tfjs's backend starts only where the navigator has a GPU, which Node's has not. */
function withNavigator<R>(gpu: GPU, body: () => R): R {
  if (globalThis.navigator?.gpu !== undefined) return body();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return body();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
}

async function start(Base: OfficialClass, found: FoundAdapter): Promise<WebgpuBackend> {
  const { adapter, gpu } = found;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  return withNavigator(gpu, () => createWebgpuBackend(Base, device, found));
}

/**
 * Registers the backend `webgpu` with TensorFlow.js: its own, on a GPU of the browser or, in Node, of Dawn, with clear
 * errors where the GPU is lost or has too little memory. Does nothing where a `webgpu` works already.
 *
 * Needs the optional peer `@tensorflow/tfjs-backend-webgpu`, and `webgpu` in Node.
 *
 * @throws {Error} where there is no GPU, or only a software renderer and `software` is not set.
 */
export async function registerWebgpuBackend({ software = false }: WebgpuOptions = {}): Promise<void> {
  const running = engine().registry[NAME] as WebgpuBackend | undefined;
  if (running !== undefined && running.failure === undefined) {
    if (running.gpuInfo === undefined || !running.gpuInfo.software || software) return;
  }
  const found = await findAdapter(software);
  const { WebGPUBackend } = await importOfficial();
  // In a browser the import has registered it, as it is; a failed one is replaced.
  if (findBackendFactory(NAME)) removeBackend(NAME);
  let unused: FoundAdapter | undefined = found;
  registerBackend(NAME, async () => {
    // An adapter creates only one device.
    const first = unused ?? (await findAdapter(software));
    unused = undefined;
    return start(WebGPUBackend, first);
  });
}
