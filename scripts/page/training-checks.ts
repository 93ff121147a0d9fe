import { readFile } from 'node:fs/promises';
import type { OpenPage } from './built-page';
import { expect, expectMatch } from './expect';
import { expectShown, lookWithFile } from './predictions';
import type { Checks } from './run-checks';
import { SIDE } from './slice-checks';
import { greyPng } from './uploads';

/** Half the times between two answers of the page while a model trains: a step in its own thread takes longer. */
const MOST_MILLISECONDS = 50;

/** What changes the model, and what becomes of it. */
export function trainingChecks({ page }: OpenPage): Checks {
  const said = page.locator('#training-said');
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const model = page.locator('#model');
  const choose = async (slices: string, epochs: string, fresh: string) => {
    await page.getByLabel('Drawn slices').selectOption(slices);
    await page.getByLabel('Epochs').selectOption(epochs);
    await page.getByLabel('Begin with').selectOption(fresh);
  };
  const pointsOf = (line: string) =>
    page.locator(`${line} path`).evaluateAll((paths) => paths.map((path) => path.getAttribute('d')!.split('L').length));

  return {
    'a model trains to the end, and the page answers meanwhile': async () => {
      await choose('32', '3', 'random weights');
      await page.evaluate(() => {
        const pauses: number[] = [];
        let last = performance.now();
        const timer = setInterval(() => {
          const now = performance.now();
          pauses.push(now - last);
          last = now;
        }, 10);
        Object.assign(globalThis, {
          middlePause() {
            clearInterval(timer);
            return pauses.sort((a, b) => a - b)[Math.floor(pauses.length / 2)];
          },
        });
      });
      await button('Train').click();
      expect(await page.getByRole('button', { name: 'ONNX' }).isDisabled(), 'a model can be saved while it trains');
      await button('pneumonia').click();
      await page.locator('#caption', { hasText: 'pneumonia' }).waitFor();
      await said.filter({ hasText: /^Done/ }).waitFor();
      const pause = await page.evaluate(() => (globalThis as unknown as { middlePause(): number }).middlePause());
      expect(pause < MOST_MILLISECONDS, `the page answers every ${pause} ms`);
      expectMatch(
        await model.textContent(),
        /trained in this page, 12 steps in all; Dice [\d.]+, AUC [\d.]+/,
        'the model',
      );
      return `it answers every ${Math.round(pause)} ms`;
    },
    'its curves and numbers are there': async () => {
      const label = await page.locator('#loss-chart svg').getAttribute('aria-label');
      expectMatch(label, /^Loss: train [\d.]+, other [\d.]+ at step 12 of 12$/, 'the loss');
      const scores = await page.locator('#score-chart svg').getAttribute('aria-label');
      expectMatch(scores, /^Scores on other slices: Dice [\d.]+, AUC [\d.]+ at step 12 of 12$/, 'the scores');
      expect((await pointsOf('#loss-chart'))[0] === 12, `${await pointsOf('#loss-chart')} points of losses`);
      await page.getByText('The numbers').click();
      const rows = await page.locator('#numbers tr').count();
      expect(rows > 0 && (await pointsOf('#score-chart')).every((points) => points === rows), `${rows} rows`);
      await page.getByText('The numbers').click();
    },
    'training goes on with the present weights, and stops': async () => {
      await choose('1280', '12', 'the present weights');
      await button('Train').click();
      await page.locator('#progress:not([value="0"])').waitFor();
      await button('Stop').click();
      await said.filter({ hasText: /^Stopped/ }).waitFor();
      const steps = Number(/(\d+) steps in all/.exec((await model.textContent())!)?.[1]);
      expect(steps > 12 && steps < 12 + 1920, `${steps} steps`);
      expect(await button('Stop').isDisabled(), 'there is still something to stop');
      return `${steps} steps`;
    },
    'what is saved predicts the same when it is opened again': async () => {
      const { name, ...rest } = await greyPng('rings.png', SIDE, SIDE);
      await page.setInputFiles('#file', { name, ...rest });
      await page.locator('#caption', { hasText: name }).waitFor();
      const files: string[] = [];
      for (const format of ['TensorFlow.js', 'ONNX', 'Keras 3']) {
        const coming = page.waitForEvent('download');
        await page.getByRole('button', { name: format }).click();
        const download = await coming;
        const bytes = await readFile(await download.path());
        const file = download.suggestedFilename();
        await page.locator('#saved', { hasText: `${file}, ${Math.ceil(bytes.length / 1000)} kB` }).waitFor();
        await expectShown(page, await lookWithFile(file, bytes, SIDE), file);
        files.push(`${file} ${bytes.length}`);
      }
      return files.join(', ');
    },
    'the first model comes back': async () => {
      await button('Back to the first model').click();
      await model.filter({ hasText: 'when the page was built' }).waitFor();
      expect(await button('Back to the first model').isDisabled(), 'it can come back twice');
    },
    'a backend that does not work here is refused by name, another one predicts': async () => {
      const backend = page.getByLabel('Computes on');
      await button('normal').click(); // behind all that was asked before
      await page.locator('#caption', { hasText: 'normal' }).waitFor();
      const before = await page.locator('#probability').textContent();
      for (const name of ['webgpu', 'webgl']) {
        await backend.selectOption(name);
        await page
          .getByRole('alert')
          .filter({ hasText: `'${name}'` })
          .waitFor();
        expectMatch(await page.locator('#device').textContent(), /^simd/, 'the device');
      }
      await backend.selectOption('simd');
      await page.getByRole('alert').waitFor({ state: 'hidden' });
      await page.locator('#backend:enabled').waitFor();
      expect((await page.locator('#probability').textContent()) === before, 'another probability');
    },
  };
}
