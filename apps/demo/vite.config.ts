import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

if (!existsSync(at('../../dist/index.js'))) {
  throw new Error('The page is built with the built library. Run in the root of the repository: npm run build');
}

/** What a server sends that can: on others the service worker does it. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

// Static files in build/page, with relative addresses: for any folder of any server.
export default defineConfig({
  root: at('.'),
  base: './',
  appType: 'mpa', // what is not there is not found
  build: {
    outDir: at('../../build/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the policy of the page allows no styles or scripts in it
    chunkSizeWarningLimit: 5000, // kB: h5wasm, loaded where a Keras file is asked for
  },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
});
