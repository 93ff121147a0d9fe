import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasNoDriver } from '../../../../src/backends/patches/webgpu/drivers';

const installed = ['/etc', '/usr/share', '/usr/local/share', '/run/opengl-driver/share'].some((folder) =>
  existsSync(join(folder, 'vulkan/icd.d')),
);

describe.skipIf(process.platform !== 'linux' || installed)('a Linux without Vulkan drivers of its own', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is known by the folders and the variables that Vulkan reads', async () => {
    const home = await mkdtemp(join(tmpdir(), 'drivers-'));
    for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES', 'XDG_DATA_DIRS']) {
      vi.stubEnv(name, '');
    }
    vi.stubEnv('HOME', home);
    expect(hasNoDriver()).toBe(true);
    vi.stubEnv('VK_DRIVER_FILES', '/opt/icd.json');
    expect(hasNoDriver()).toBe(false);
    vi.stubEnv('VK_DRIVER_FILES', '');
    await mkdir(join(home, '.local/share/vulkan/icd.d'), { recursive: true });
    expect(hasNoDriver()).toBe(false);
    await rm(home, { recursive: true });
  });
});
