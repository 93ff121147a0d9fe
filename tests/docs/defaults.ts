import ts from 'typescript';
import { literalOf } from './literal';

/** A default that the code has for a member of an options type: `const { rate = 0.5 } = options`, `options.rate ?? 0.5`. */
export interface CodeDefault {
  /** The function or class whose default it is; undefined for what stands behind `??`, which need not be a default. */
  readonly owner: ts.Node | undefined;
  /** As `literalOf` writes it; undefined where it is no literal. */
  readonly literal: string | undefined;
  readonly written: ts.Expression;
}

/** The defaults of each member in the sources of a program. */
export function codeDefaults(program: ts.Program): ReadonlyMap<ts.Declaration, readonly CodeDefault[]> {
  const checker = program.getTypeChecker();
  const found = new Map<ts.Declaration, CodeDefault[]>();

  const add = (type: ts.Type, name: string, written: ts.Expression, owner?: ts.Node): void => {
    for (const part of type.isUnion() ? type.types : [type]) {
      for (const member of checker.getPropertyOfType(part, name)?.declarations ?? []) {
        found.set(member, [...(found.get(member) ?? []), { literal: literalOf(written, checker), written, owner }]);
      }
    }
  };

  const visit = (node: ts.Node): void => {
    if (ts.isBindingElement(node) && node.initializer && ts.isObjectBindingPattern(node.parent)) {
      const name = (node.propertyName ?? node.name).getText();
      add(checker.getTypeAtLocation(sourceOf(node.parent)), name, node.initializer, ownerOf(node));
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
      ts.isPropertyAccessExpression(node.left)
    ) {
      add(checker.getTypeAtLocation(node.left.expression), node.left.name.text, node.right);
    }
    ts.forEachChild(node, visit);
  };

  for (const file of program.getSourceFiles()) if (!file.isDeclarationFile) visit(file);
  return found;
}

/** What a pattern takes apart: the value of its declaration, or the parameter. */
function sourceOf(pattern: ts.ObjectBindingPattern): ts.Node {
  const { parent } = pattern;
  return (ts.isVariableDeclaration(parent) && parent.initializer) || parent;
}

/** The function in which a node stands, for a constructor its class. */
function ownerOf(node: ts.Node): ts.Node {
  if (ts.isConstructorDeclaration(node)) return node.parent;
  return ts.isFunctionLike(node) || ts.isSourceFile(node) ? node : ownerOf(node.parent);
}
