import { relative } from 'node:path';
import ts from 'typescript';

/** What a public entry exports, where it is declared. */
export interface PublicExport {
  /** The folder under src, or 'simd'. */
  readonly folder: string;
  readonly name: string;
  readonly file: string;
  readonly declarations: readonly ts.Declaration[];
}

/** The exports of the entries (absolute paths), each once for each name and entry. */
export function publicExports(program: ts.Program, entries: readonly string[], root: string): PublicExport[] {
  const checker = program.getTypeChecker();
  return entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    return checker.getExportsOfModule(module).map((symbol) => {
      const { declarations = [] } = resolve(symbol, checker);
      const file = relative(root, declarations[0].getSourceFile().fileName);
      return { folder: relative(root, entry).replace(/\/index\.ts$/, ''), name: symbol.name, file, declarations };
    });
  });
}

/** What a name stands for, past imports and re-exports. */
export function resolve(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}
