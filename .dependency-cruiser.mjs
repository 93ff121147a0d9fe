import { importRules, pathOf, readImportTable } from './scripts/import-rules.mjs';

const rows = readImportTable();

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...importRules(rows),
    {
      name: 'each folder has a row',
      comment: 'Say in the table of ARCHITECTURE.md what this folder may import.',
      severity: 'error',
      from: { path: '^(src|packages/[^/]+/src)/', pathNot: rows.map(({ folder }) => pathOf(folder)) },
      to: {},
    },
    {
      name: 'no cycles',
      comment: 'Files that import each other, be it for types only, cannot be read one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no index inside',
      comment: 'Import from the file: an index loads all that its folder has.',
      severity: 'error',
      from: { path: '^(src|packages/[^/]+/src)/' },
      to: { path: '^(src|packages)/.*\\bindex\\.ts$', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'the paper on top',
      comment: 'What is general knows nothing of the paper: only the index exports it once more.',
      severity: 'error',
      from: { path: '^src/(models|data)/', pathNot: '^src/(models|data)/index\\.ts$' },
      to: { path: '^src/paper/' },
    },
    {
      name: 'public names only',
      comment: "From outside, a package is imported by its name ('tfjs-multitask/...'), as its users do.",
      severity: 'error',
      from: { path: '^(apps|examples)/' },
      to: { path: '^(src|packages)/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'packages by name',
      comment: "A package of this repository is imported by its name ('tfjs-backend-simd'), as its users do.",
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^packages/', dependencyTypesNot: ['aliased'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // imports of types count: they point somewhere too
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
