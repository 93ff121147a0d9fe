import type { OpenPage } from './built-page';
import { expect, expectMatch } from './expect';
import { expectShown, lookWithBuilt } from './predictions';
import type { Checks } from './run-checks';
import { SIDE } from './slice-checks';
import { greyPng } from './uploads';

/** How Chromium offers its software renderer. */
export const SOFTWARE = {
  webgl: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  webgpu: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
} as const;

/** The renderer under another name, as `useBackend` passes over a software renderer. */
export const DISGUISE = `
if (globalThis.GPUAdapterInfo) {
  for (const key of ['vendor', 'architecture', 'device', 'description']) {
    Object.defineProperty(GPUAdapterInfo.prototype, key, { get: () => 'disguised' });
  }
  for (const { prototype } of [GPUAdapterInfo, GPUAdapter]) {
    Object.defineProperty(prototype, 'isFallbackAdapter', { get: () => false });
  }
}
{
  const { getParameter } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    const value = getParameter.call(this, name);
    return typeof value === 'string' ? value.replace(/swiftshader|llvmpipe|software/gi, 'disguised') : value;
  };
}
`;

/** The page where there is a GPU. That these backends train in a page is shown by check-browser.mjs, on smaller images. */
export function gpuChecks({ page, errors }: OpenPage, folder: string, backend: keyof typeof SOFTWARE): Checks {
  const device = page.locator('#device');
  return {
    'it is chosen, and sees what Node sees': async () => {
      expectMatch(await device.textContent(), new RegExp(`^${backend}, .*disguised`), 'the device');
      const { name, ...rings } = await greyPng('rings.png', SIDE, SIDE);
      await page.setInputFiles('#file', { name, ...rings });
      await page.locator('#caption', { hasText: name }).waitFor();
      await expectShown(page, await lookWithBuilt(folder, SIDE), 'Node');
    },
    'the model goes over to simd and back': async () => {
      const shown = await page.locator('#probability').textContent();
      for (const name of ['simd', backend]) {
        await page.locator('#backend').selectOption(name);
        await page.locator('#backend:enabled').waitFor();
        expectMatch(await device.textContent(), new RegExp(`^${name}, `), 'the device');
        const now = await page.locator('#probability').textContent();
        expect(now === shown, `${now} on ${name}, ${shown} before`);
      }
      const said = page.locator('#error');
      expect(await said.isHidden(), `it was said: ${await said.textContent()}`);
      expect(errors.length === 0, errors.join('\n'));
    },
  };
}
