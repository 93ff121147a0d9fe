import { defineConfig } from 'tsup';

const parts = [
  'layers',
  'losses',
  'metrics',
  'models',
  'paper',
  'train',
  'data',
  'node',
  'backends',
  'weights',
  'export',
  'svm',
];

const indices = Object.fromEntries(parts.map((part) => [`${part}/index`, `src/${part}/index.ts`]));

export default defineConfig({
  entry: { index: 'src/index.ts', ...indices, 'cli/main': 'src/cli/main.ts' },
  // Names of package.json's "imports", which stay as they are.
  external: [/^#/],
  // Bundled, so that one tarball installs whole.
  noExternal: ['tfjs-backend-simd'],
  format: ['esm', 'cjs'],
  dts: { entry: { index: 'src/index.ts', ...indices }, compilerOptions: { ignoreDeprecations: '6.0' } },
  target: 'es2022',
  splitting: true,
  treeshake: true,
  clean: true,
  // The command line is a program, which nothing imports.
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.entryPoints = { index: 'src/index.ts', ...indices };
  },
});
