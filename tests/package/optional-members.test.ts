import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where callers' types are not declared: what kernels and checks pass among themselves. */
const INNER = ['src/backends/patches', 'src/internal', 'packages/backend-simd/src/assembly'];

const files = ['src', 'packages/backend-simd/src']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !INNER.some((folder) => file.startsWith(`${folder}/`)));

const { UndefinedKeyword, AnyKeyword, UnknownKeyword, MinusToken } = ts.SyntaxKind;

function takesUndefined(type: ts.TypeNode): boolean {
  if (ts.isUnionTypeNode(type)) return type.types.some(takesUndefined);
  return [UndefinedKeyword, AnyKeyword, UnknownKeyword].includes(type.kind);
}

/** The optional members of the types in a file that refuse an explicit `undefined` under `exactOptionalPropertyTypes`. */
function strictMembers(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const optional =
      (ts.isPropertySignature(node) && node.questionToken !== undefined) ||
      (ts.isMappedTypeNode(node) && node.questionToken !== undefined && node.questionToken.kind !== MinusToken);
    if (optional && node.type !== undefined && !takesUndefined(node.type)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${relative('.', file)}:${line + 1}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it('finds optional members that refuse undefined', () => {
  const text = 'interface A { b?: number; c?: number | undefined; d: 1 }\ntype E<K extends string> = { [k in K]?: 2 };';
  expect(strictMembers('a.ts', text)).toEqual(['a.ts:1: b?: number;', 'a.ts:2: { [k in K]?: 2 }']);
});

it('lets every option and every other optional member be given as undefined, which means left out', () => {
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((file) => strictMembers(file, readFileSync(join(root, file), 'utf8')));
  expect(found, 'write `name?: Type | undefined` for each').toEqual([]);
});
