import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where browsers that are built on Chromium are installed, which bring SwiftShader and a Vulkan loader. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/usr/lib64/chromium-browser', '/opt/google/chrome'];
const FILES = ['libvulkan.so.1', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json'];

/**
 * What the environment of a process must hold for Dawn to find SwiftShader, a software renderer; undefined where no
 * SwiftShader is here. The loader reads it when a process starts, so it is for a child.
 */
export function swiftShaderEnvironment(): Record<string, string> | undefined {
  const folders = process.env.SWIFTSHADER ? [process.env.SWIFTSHADER] : FOLDERS;
  const folder = folders.find((path) => FILES.every((file) => existsSync(join(path, file))));
  return folder === undefined
    ? undefined
    : { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: join(folder, 'vk_swiftshader_icd.json') };
}

export const SWIFTSHADER_ADVICE =
  'no SwiftShader here: install Chromium (Debian: apt-get install chromium) or set SWIFTSHADER to its folder';
