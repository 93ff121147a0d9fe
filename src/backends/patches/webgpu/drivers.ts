import { isNode } from '../../../internal/environment';

const FOLDERS = ['/etc', '/usr/share', '/usr/local/share', '/run/opengl-driver/share'];

/**
 * Whether this is Node on a Linux without a Vulkan driver. Dawn would find no GPU, which who did not ask for
 * WebGPU need not wait for. Drivers are listed where Vulkan's loader looks for them.
 */
export function hasNoDriver(): boolean {
  if (!isNode() || process.platform !== 'linux') return false;
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES, XDG_DATA_DIRS, HOME } = process.env;
  if (VK_DRIVER_FILES || VK_ICD_FILENAMES || VK_ADD_DRIVER_FILES) return false;
  const fs = process.getBuiltinModule?.('node:fs');
  if (fs === undefined) return false;
  const given = (XDG_DATA_DIRS ?? '').split(':').filter(Boolean);
  const own = HOME ? [`${HOME}/.local/share`, `${HOME}/.config`] : [];
  return ![...FOLDERS, ...given, ...own].some((folder) => fs.existsSync(`${folder}/vulkan/icd.d`));
}
