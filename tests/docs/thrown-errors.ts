import ts from 'typescript';
import { resolve } from './public-exports';

interface Body {
  readonly errors: ReadonlySet<string>;
  readonly calls: readonly ts.Node[];
}

/**
 * Returns the names of the error classes that a declaration throws, itself, by what it calls in the sources or in the
 * functions that it returns.
 */
export function thrownErrors(program: ts.Program): (declaration: ts.Node) => ReadonlySet<string> {
  const checker = program.getTypeChecker();
  const bodies = new Map<ts.Node, Body>();

  const calledBy = (callee: ts.Expression): readonly ts.Node[] => {
    const symbol = checker.getSymbolAtLocation(callee);
    const declarations = (symbol && resolve(symbol, checker).declarations) ?? [];
    return declarations.filter((declaration) => !declaration.getSourceFile().isDeclarationFile);
  };

  const read = (declaration: ts.Node): Body => {
    const known = bodies.get(declaration);
    if (known) return known;
    const errors = new Set<string>();
    const calls: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isThrowStatement(node) && ts.isNewExpression(node.expression)) {
        // Of the class, not of what it makes: a union of errors that look alike is one of them, whichever came first.
        const type = checker.getTypeAtLocation(node.expression.expression);
        for (const one of type.isUnion() ? type.types : [type]) errors.add(one.symbol.name.replace(/Constructor$/, ''));
      }
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) calls.push(...calledBy(node.expression));
      ts.forEachChild(node, visit);
    };
    visit(declaration);
    const body = { errors, calls };
    bodies.set(declaration, body);
    return body;
  };

  return (declaration) => {
    const seen = new Set<ts.Node>([declaration]);
    for (const node of seen) for (const call of read(node).calls) seen.add(call);
    return new Set([...seen].flatMap((node) => [...read(node).errors]));
  };
}
