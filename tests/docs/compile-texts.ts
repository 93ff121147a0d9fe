import { dirname } from 'node:path';
import ts from 'typescript';

/** A module as text, with the path that it is compiled as. */
export interface Text {
  readonly path: string;
  readonly code: string;
}

/** Compiles texts as files of a project, together: reading the types of TensorFlow.js is what takes long. */
export function compileTexts(texts: readonly Text[], root: string, changes: ts.CompilerOptions): string[] {
  const files = new Map(texts.map(({ path, code }) => [path, code]));
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile);
  const { options: own } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const options: ts.CompilerOptions = { ...own, ...changes };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.getSourceFile = (file, target, ...rest) => {
    const code = files.get(file);
    return code === undefined ? getSourceFile(file, target, ...rest) : ts.createSourceFile(file, code, target);
  };
  // The sources import each other as bundlers allow, whatever the texts are resolved like.
  host.resolveModuleNameLiterals = (literals, containing, redirected, given, source) => {
    const settings = files.has(containing) ? given : own;
    return literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, settings);
      return ts.resolveModuleName(literal.text, containing, settings, host, undefined, redirected, mode);
    });
  };
  host.getCurrentDirectory = () => root;
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ messageText, start = 0 }) => {
      const line = program.getSourceFile(path)!.getLineAndCharacterOfPosition(start).line + 1;
      const at = path.slice(dirname(path).length + 1);
      return `${at}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    }),
  );
}
