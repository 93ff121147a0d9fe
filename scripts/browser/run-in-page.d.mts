import type { Browser } from 'playwright-core';

export interface PageOptions {
  readonly folder: string;
  readonly main: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function runInPage(browser: Browser, options: PageOptions): Promise<string[]>;
