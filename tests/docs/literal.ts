import ts from 'typescript';
import { resolve } from './public-exports';

/**
 * A literal as JSON-like text: `2 ** 26`, `67108864` and the name of a constant that holds it are the same. Undefined for
 * what is no literal, and for `{}` and `[]`, which stand for nothing said.
 */
export function literalOf(node: ts.Expression, checker?: ts.TypeChecker): string | undefined {
  const value = valueIn(node, checker);
  return value === undefined ? undefined : write(value);
}

/** As {@link literalOf}, of an expression that is a text. */
export function literalIn(text: string): string | undefined {
  const source = ts.createSourceFile('literal.ts', `(${text});`, ts.ScriptTarget.ES2022);
  const [statement, ...rest] = source.statements;
  return statement && rest.length === 0 && ts.isExpressionStatement(statement)
    ? literalOf(statement.expression)
    : undefined;
}

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['Number.NaN', Number.NaN],
  ['Number.POSITIVE_INFINITY', Number.POSITIVE_INFINITY],
]);

const OPERATIONS: Readonly<Partial<Record<ts.SyntaxKind, (a: number, b: number) => number>>> = {
  [ts.SyntaxKind.AsteriskAsteriskToken]: (a, b) => a ** b,
  [ts.SyntaxKind.AsteriskToken]: (a, b) => a * b,
  [ts.SyntaxKind.SlashToken]: (a, b) => a / b,
};

type Value = number | string | boolean | null | readonly Value[] | { readonly [name: string]: Value };

function valueIn(node: ts.Expression, checker: ts.TypeChecker | undefined): Value | undefined {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return valueIn(node.expression, checker);
  }
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = valueIn(node.operand, checker);
    return typeof value === 'number' ? -value : undefined;
  }
  if (ts.isBinaryExpression(node)) {
    const [a, b] = [valueIn(node.left, checker), valueIn(node.right, checker)];
    const operation = OPERATIONS[node.operatorToken.kind];
    return typeof a === 'number' && typeof b === 'number' ? operation?.(a, b) : undefined;
  }
  if (ts.isArrayLiteralExpression(node)) {
    const values = node.elements.map((element) => valueIn(element, checker));
    return node.elements.length === 0 || values.includes(undefined) ? undefined : (values as Value[]);
  }
  if (ts.isObjectLiteralExpression(node)) {
    const members = node.properties.map((member) =>
      ts.isPropertyAssignment(member)
        ? [(member.name as ts.Identifier).text, valueIn(member.initializer, checker)]
        : [],
    );
    const isLiteral = members.length > 0 && members.every(([, value]) => value !== undefined);
    return isLiteral ? Object.fromEntries(members) : undefined;
  }
  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
    const written = ts.isIdentifier(node) ? node.text : `${(node.expression as ts.Identifier).text}.${node.name.text}`;
    if (CONSTANTS.has(written)) return CONSTANTS.get(written);
    const symbol = checker?.getSymbolAtLocation(node);
    const target = checker && symbol && resolve(symbol, checker);
    const declaration = target?.valueDeclaration;
    const isConstant =
      declaration &&
      ts.isVariableDeclaration(declaration) &&
      ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const &&
      !declaration.getSourceFile().isDeclarationFile;
    const value = isConstant && declaration.initializer ? valueIn(declaration.initializer, checker) : undefined;
    return typeof value === 'object' ? undefined : value;
  }
  return undefined;
}

const write = (value: Value): string =>
  JSON.stringify(value, (_, part: Value) => (typeof part === 'number' && !Number.isFinite(part) ? `${part}` : part));
