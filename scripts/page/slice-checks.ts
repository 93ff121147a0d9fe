import type { OpenPage } from './built-page';
import { expect, expectMatch } from './expect';
import { expectShown, lookWithBuilt } from './predictions';
import type { Checks } from './run-checks';
import { colouredPng, greyJpeg, greyPng, hostileUploads, type Upload } from './uploads';

/** Pixels of a side of the picture that the page and Node look at. */
export const SIDE = 128;

/** What pictures do: drawn ones, opened ones, and files that are none. */
export function sliceChecks({ page }: OpenPage, folder: string): Checks {
  const caption = page.locator('#caption');
  const error = page.getByRole('alert');
  const pixels = (id: string) => page.locator(id).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const open = (upload: Upload) => page.setInputFiles('#file', upload);
  const openAndWait = async (upload: Upload) => {
    await open(upload);
    await caption.filter({ hasText: upload.name }).waitFor();
  };

  return {
    'the model of the build looks at a drawn slice': async () => {
      expectMatch(
        await page.locator('#model').textContent(),
        /trained for 2 steps when the page was built/,
        'the model',
      );
      expectMatch(await caption.textContent(), /^Drawn slice, COVID-19, patient \d+$/, 'the caption');
      expect((await pixels('#input')) !== (await pixels('#heat')), 'Grad-CAM is the slice');
      for (const id of ['#time', '#cam-time']) expectMatch(await page.locator(id).textContent(), /^[\d.]+ ms$/, id);
    },
    'every kind of drawn slice is shown when its button is pressed': async () => {
      const buttons = await page.locator('#kinds button').all();
      const seen = new Set<string>();
      for (const button of buttons) {
        const name = await button.textContent();
        await button.click();
        await caption.filter({ hasText: `Drawn slice, ${name}, ` }).waitFor();
        expect((await button.getAttribute('aria-pressed')) === 'true', `${name} is not pressed`);
        seen.add(await pixels('#input'));
      }
      expect((await page.locator('[aria-pressed=true]').count()) === 1, 'not one kind is pressed');
      expect(buttons.length === 7 && seen.size === 7, `${seen.size} pictures of ${buttons.length} kinds`);
    },
    'another patient is another slice': async () => {
      const [before, last] = [await pixels('#input'), await caption.textContent()];
      await page.getByRole('button', { name: 'Another patient' }).click();
      await page.waitForFunction((text) => document.querySelector('#caption')!.textContent !== text, last);
      expect((await pixels('#input')) !== before, 'the picture is the same');
    },
    'masks come and go': async () => {
      await page.getByRole('button', { name: 'COVID-19' }).click();
      await caption.filter({ hasText: 'COVID-19' }).waitFor();
      const both = await pixels('#input');
      await page.locator('#show-truth').uncheck();
      const one = await pixels('#input');
      await page.locator('#show-mask').uncheck();
      const none = await pixels('#input');
      expect(new Set([both, one, none]).size === 3, 'the picture does not change with the masks');
      await page.locator('#show-truth').check();
      await page.locator('#show-mask').check();
      expect((await pixels('#input')) === both, 'the masks are not as they were');
    },
    'the threshold decides, and goes back to the chosen one': async () => {
      const slider = page.getByRole('slider', { name: 'Threshold' });
      const chosen = await slider.inputValue();
      const call = () => page.locator('#call').textContent();
      await slider.fill('0');
      expect((await call()) === 'called COVID-19', `at 0: ${await call()}`);
      expect((await page.locator('#sensitivity').textContent()) === '100 %', 'at 0 not all are found');
      await slider.fill('1');
      expect((await call()) === 'not called COVID-19', `at 1: ${await call()}`);
      expect((await page.locator('#specificity').textContent()) === '100 %', 'at 1 not all are cleared');
      await page.getByRole('button', { name: 'Use the chosen one' }).click();
      expect((await slider.inputValue()) === chosen, `${await slider.inputValue()} in place of ${chosen}`);
    },
    'a PNG has the probability and the mask that Node computes': async () => {
      await openAndWait(await greyPng('rings.png', SIDE, SIDE));
      const seen = await lookWithBuilt(folder, SIDE);
      await expectShown(page, seen, 'Node');
      expect((await page.locator('[aria-pressed=true]').count()) === 0, 'a kind is still pressed');
      expect(await page.locator('#truth-key').isHidden(), 'there is a true mask');
      return seen.map((value) => value.toFixed(3)).join(', ');
    },
    'a JPEG of another name and a wide PNG are shown': async () => {
      await openAndWait(await greyJpeg('photo.png', SIDE));
      await openAndWait(await greyPng('wide.jpeg', 300, 100));
      const [width, height] = await page
        .locator('#input')
        .evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height]);
      expect(width === 512 && height === 171, `drawn as ${width} x ${height}`);
      expect(await error.isHidden(), 'an error is shown');
    },
    'a picture with colours is shown, and said to be hardly a slice': async () => {
      await openAndWait(await colouredPng('red.png'));
      await error.filter({ hasText: 'hardly a CT slice' }).waitFor();
    },
    'a dropped file is opened': async () => {
      const { name, buffer } = await greyPng('dropped.png', 64, 64);
      await page.evaluate(
        ([fileName, bytes]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(bytes)], fileName));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        [name, [...buffer]] as const,
      );
      await caption.filter({ hasText: name }).waitFor();
    },
    'a file of too many bytes is refused before it is read': async () => {
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([new Uint8Array(33 * 2 ** 20)], 'heavy.png'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      });
      await error.filter({ hasText: 'heavy.png has 33 MB; at most 32 MB are read.' }).waitFor();
    },
    'files that are no pictures are refused by name, and nothing breaks': async () => {
      const before = [await caption.textContent(), await pixels('#input'), await pixels('#heat')].join();
      const uploads = await hostileUploads();
      for (const [upload, said] of uploads) {
        await open(upload);
        await page.waitForFunction(
          (name) => document.querySelector('#error')!.textContent!.startsWith(name),
          upload.name,
        );
        expectMatch(await error.textContent(), said, 'the error');
      }
      const after = [await caption.textContent(), await pixels('#input'), await pixels('#heat')].join();
      expect(after === before, 'what is shown has changed');
      expect(await page.evaluate(() => !('harmed' in globalThis)), 'a file has run a script');
      await page.getByRole('button', { name: 'normal' }).click();
      await caption.filter({ hasText: 'normal' }).waitFor();
      expect(await error.isHidden(), 'the error stays');
      return `${uploads.length} files`;
    },
  };
}
