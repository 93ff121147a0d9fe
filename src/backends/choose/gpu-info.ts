import { backend, getBackend } from '@tensorflow/tfjs-core';

/** What a GPU backend computes on. */
export interface GpuInfo {
  readonly backend: 'webgpu' | 'webgl';
  /** The adapter in its driver's words, as far as a browser tells. */
  readonly name: string;
  /** True for a software renderer, such as SwiftShader or llvmpipe: slower than the `simd` backend. */
  readonly software: boolean;
  /** By WebGPU's names, in bytes or counts; for WebGL only `maxTextureSize`, in pixels. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Whether an adapter's name is that of one that computes on the CPU. */
export function isSoftwareName(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i.test(name);
}

/** A GPU backend that tells what it runs on. */
export interface GpuBackend {
  readonly gpuInfo: GpuInfo;
}

interface WebglBackend {
  readonly gpgpu: { readonly gl: WebGL2RenderingContext };
}

function webglInfo(): GpuInfo {
  const { gl } = (backend() as unknown as WebglBackend).gpgpu;
  // Browsers without this extension return the renderer for the plain parameter.
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER;
  const name = String(gl.getParameter(unmasked));
  const maxTextureSize = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE));
  return { backend: 'webgl', name, software: isSoftwareName(name), limits: { maxTextureSize } };
}

/**
 * The GPU that the present backend computes on and its limits; undefined where the backend is neither `webgl` nor a
 * `webgpu` that `useBackend` started.
 *
 * @example
 * ```ts
 * import { gpuInfo, useBackend } from 'tfjs-multitask/backends';
 *
 * await useBackend('webgpu');
 * console.log(gpuInfo()?.name, gpuInfo()?.limits.maxBufferSize);
 * ```
 */
export function gpuInfo(): GpuInfo | undefined {
  if (getBackend() === 'webgl') return webglInfo();
  return getBackend() === 'webgpu' ? (backend() as unknown as Partial<GpuBackend>).gpuInfo : undefined;
}
