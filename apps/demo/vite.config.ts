import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Says what to run first, where bundling would only say which module it does not find. */
const withBuiltLibrary: Plugin = {
  name: 'with-built-library',
  buildStart() {
    if (existsSync(at('../../dist/index.js'))) return;
    throw new Error('The page is built with the built library. Run in the root of the repository: npm run build');
  },
};

/** What a server sends that can: on others the service worker does it. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

// Static files in build/page, with relative addresses: for any folder of any server.
export default defineConfig({
  root: at('.'),
  base: './',
  plugins: [withBuiltLibrary],
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
