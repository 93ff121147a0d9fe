import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const readme = readFileSync(`${root}/README.md`, 'utf8');
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);

const nameOf = (i: number) => `${root}/readme-example-${i}.ts`;

/** The examples as files of the project, checked together: reading the types of TensorFlow.js is what takes long. */
function createProgram(): ts.Program {
  const files = new Map(blocks.map((code, i) => [nameOf(i), code]));
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const code = files.get(file);
    return code === undefined ? getSourceFile(file, ...rest) : ts.createSourceFile(file, code, ts.ScriptTarget.ES2022);
  };
  return ts.createProgram([...files.keys()], options, host);
}

describe('the README', () => {
  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(1);
  });

  const program = createProgram();
  it.each(blocks.map((_, i) => i))('shows code that compiles: %i', (i) => {
    const messages = ts
      .getPreEmitDiagnostics(program, program.getSourceFile(nameOf(i)))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(messages).toEqual([]);
  });
});
