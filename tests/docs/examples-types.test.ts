import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { readExamples } from '../../scripts/docs/doc-examples.mjs';
import { readMarkdownExamples } from '../../scripts/docs/read-markdown-examples';
import { compileTexts } from './compile-texts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const RESOLUTIONS: Readonly<Record<string, ts.CompilerOptions>> = {
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
};

/** What a careful user's project sets; what an example need not use is its reader's. */
const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noUnusedLocals: false,
  // tfjs-node, which an example imports for what it does, is not installed.
  noUncheckedSideEffectImports: false,
};

/** An example as a module of its own, named after the file where it stands, and its code on the same lines. */
const toText = ({ file, line, code }: { file: string; line: number; code: string }) => ({
  path: `${root}/${file.replaceAll('/', '+')}+${line}.mts`,
  code: `${'\n'.repeat(line - 1)}${code}export {};\n`,
});

it.each(Object.keys(RESOLUTIONS))(
  'every example compiles as a whole module, resolved as by %s',
  (resolution) => {
    const texts = [...readExamples(root), ...readMarkdownExamples(root)].map(toText);
    expect(texts.length).toBeGreaterThan(200);
    expect(compileTexts(texts, root, { ...STRICT, ...RESOLUTIONS[resolution] })).toEqual([]);
  },
  300_000,
);

it.each(Object.keys(RESOLUTIONS))(
  'an example that does not compile is found, resolved as by %s',
  (resolution) => {
    const wrong = {
      file: 'src/wrong.ts',
      line: 1,
      code: "import { mse } from 'tfjs-multitask/losses';\nmse({ alpha: 1 });\n",
    };
    const messages = compileTexts([toText(wrong)], root, { ...STRICT, ...RESOLUTIONS[resolution] });
    expect(messages).toEqual([expect.stringMatching(/^src\+wrong\.ts\+1\.mts:2: .*'alpha' does not exist/)]);
  },
  300_000,
);
