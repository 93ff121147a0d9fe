// In a page: index.html, which serve.mjs serves.
import { trainBars } from './train';

const show = (line: string) => {
  document.querySelector('pre')!.textContent += `${line}\n`;
};

show(crossOriginIsolated ? `isolated: ${navigator.hardwareConcurrency} cores` : 'not isolated: one thread');
trainBars(show).catch((error) => show(String(error)));
