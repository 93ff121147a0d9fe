import type { Page } from 'playwright-core';
import type { OpenPage } from './built-page';
import { expect } from './expect';
import type { Checks } from './run-checks';

/** Somewhere else, on this machine: another port is another origin. */
const ELSEWHERE = 'http://127.0.0.1:9/';

/** Run when all else has been: what the page has asked for. */
export function originChecks({ page, origin, requests, errors }: OpenPage): Checks {
  return {
    'the page is isolated by its service worker, and has threads': async () => {
      const { isolated, cores } = await page.evaluate(() => ({
        isolated: crossOriginIsolated,
        cores: Math.min(16, navigator.hardwareConcurrency),
      }));
      expect(isolated, 'it is not isolated');
      const said = await page.locator('#device').textContent();
      expect(said === `simd, ${cores === 1 ? 'one thread' : `${cores} threads`}`, `it computes on ${said}`);
    },
    'no request has left the page': async () => {
      const outside = requests
        .map((request) => request.url())
        .filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== origin);
      expect(
        requests.length > 5 && outside.length === 0,
        `${requests.length} requests; outside: ${outside.join(', ')}`,
      );
      return `${requests.length} requests`;
    },
    'nothing failed on the way': async () => {
      expect(errors.length === 0, errors.join('\n'));
    },
    'page and worker may ask no other origin': async () => {
      const ask = (url: string) =>
        fetch(url, { mode: 'no-cors' }).then(
          () => 'answered',
          (error) => String(error),
        );
      const listen = () =>
        new Promise<string>((resolve) => {
          addEventListener('securitypolicyviolation', ({ blockedURI }) => resolve(blockedURI), { once: true });
          setTimeout(() => resolve('no violation'), 2000);
        });
      const worker = page.workers().find((one) => one.url().startsWith(origin));
      expect(worker !== undefined, 'there is no worker');
      for (const place of [page, worker]) {
        const run = place as Pick<Page, 'evaluate'>; // a worker has the same
        const [blocked] = await Promise.all([run.evaluate(listen), run.evaluate(ask, ELSEWHERE)]);
        expect(blocked.startsWith(ELSEWHERE), `${place === page ? 'the page' : 'the worker'}: ${blocked}`);
      }
    },
  };
}
