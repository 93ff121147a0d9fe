import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The path of Chromium, from $CHROMIUM or the PATH; undefined where there is none. */
export function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return process.env.CHROMIUM ?? paths.find((path) => existsSync(path));
}

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium without a window, with flags besides those that keep it from the network. */
export function launchChromium(flags = []) {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('no Chromium here. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path.');
  }
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}
