import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { OpenPage } from './built-page';
import { expect } from './expect';
import type { Checks } from './run-checks';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Runs axe in the page's own place: the page's policy allows no scripts of others, so it comes as one of the debugger's. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run(),
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** All that can be reached by the tab key from the top, with whether one sees where one is. */
async function tabStops(page: Page): Promise<{ readonly name: string; readonly visible: boolean }[]> {
  await page.locator('.skip').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  const stops: { name: string; visible: boolean }[] = [];
  for (let i = 0; i < 60; i++) {
    const stop = await page.evaluate(() => {
      const element = document.activeElement!;
      if (element === document.body) return undefined;
      const shown = element.classList.contains('visually-hidden') ? element.nextElementSibling! : element;
      const { outlineStyle, outlineWidth } = getComputedStyle(shown);
      const box = shown.getBoundingClientRect();
      const name = element.id || element.textContent!.trim();
      return { name, visible: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && box.width > 1 };
    });
    if (stop === undefined) return stops;
    if (stops.some(({ name }) => name === stop.name)) return stops;
    stops.push(stop);
    await page.keyboard.press('Tab');
  }
  throw new Error('the tab key does not come to an end');
}

/** Everything that can be pressed or set now. */
const controls = (page: Page) =>
  page
    .locator(':is(button, input, select, summary, a[href]):enabled:visible, summary, a[href]')
    .evaluateAll((elements) => elements.map((element) => element.id || element.textContent!.trim()));

/** Whether everyone can use it, whatever the width. */
export function accessChecks({ page }: OpenPage): Checks {
  return {
    'axe finds nothing': async () => {
      const violations = await violationsOf(page);
      expect(violations.length === 0, violations.join('\n'));
    },
    'the tab key reaches all that can be used, and one sees where it is': async () => {
      const stops = await tabStops(page);
      const names = stops.map(({ name }) => name);
      const missed = (await controls(page)).filter((name) => !names.includes(name));
      expect(missed.length === 0, `not reached: ${missed.join(', ')}; reached: ${names.join(', ')}`);
      const unseen = stops.filter(({ visible }) => !visible).map(({ name }) => name);
      expect(unseen.length === 0, `no focus to be seen: ${unseen.join(', ')}`);
      return `${stops.length} stops`;
    },
    'nothing is wider than the page, and what is pressed is large enough': async () => {
      const { width, wide, small } = await page.evaluate(() => ({
        width: innerWidth,
        wide: document.documentElement.scrollWidth,
        small: [...document.querySelectorAll('button, select, .button, .keys label')]
          .map((element) => ({ name: element.id || element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.height < 24 || box.width < 24 || box.right > innerWidth))
          .map(({ name }) => name),
      }));
      expect(wide <= width, `${wide} pixels on ${width}`);
      expect(small.length === 0, `too small or outside: ${small.join(', ')}`);
    },
  };
}

/** The page by the keyboard alone. */
export function keyboardChecks({ page }: OpenPage): Checks {
  return {
    'a slice, a threshold, training and stopping by the keyboard': async () => {
      await page.locator('#kinds button', { hasText: 'cancer' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('#caption', { hasText: 'cancer' }).waitFor();
      const slider = page.locator('#threshold');
      await slider.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      expect((await slider.inputValue()) === '0.01', `the threshold is ${await slider.inputValue()}`);
      await page.locator('#train').focus();
      await page.keyboard.press('Space');
      await page.locator('#stop:enabled').focus();
      await page.keyboard.press('Enter');
      await page.locator('#training-said', { hasText: /^Stopped/ }).waitFor();
    },
    'what happens is said to those who do not see it': async () => {
      await page.locator('#kinds button', { hasText: 'normal' }).click();
      await page
        .getByRole('status')
        .filter({ hasText: /Drawn slice, normal, .*Probability of COVID-19 \d\.\d\d, (not )?called/ })
        .waitFor();
    },
  };
}
