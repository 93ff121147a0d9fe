import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}/docs/guides/troubleshooting.md`, 'utf8');
const messages = [...page.matchAll(/^### `(.*)`$/gm)].map(([, message]) => message!.replaceAll('\\`', '`'));

/** What a place in a text that is computed stands for. */
const ANY = '…';

/** The text that an expression makes, as far as it is written there. */
function textOf(node: ts.Node): string {
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => ANY + literal.text).join('');
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return textOf(node.left) + textOf(node.right);
  }
  return ANY;
}

/** All texts in the sources, those of a sum as one. */
function textsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== ANY) texts.push(text);
    else ts.forEachChild(node, visit);
    if (ts.isTemplateExpression(node)) for (const span of node.templateSpans) visit(span.expression);
    if (ts.isBinaryExpression(node)) ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(`${root}/${file}`, 'utf8'), ts.ScriptTarget.ES2022, true));
  return texts;
}

const sources = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const texts = sources.flatMap((file) => textsOf(`src/${file}`));

/** Whether a text of the sources has the parts of a message in their order. */
function holds(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

/** Whether a text becomes the message once its computed parts are filled in; a text of little else becomes any. */
function becomes(text: string, message: string): boolean {
  const parts = text.split(ANY);
  if (parts.join('').length < 15) return false;
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`, 's').test(message);
}

describe('the guide to messages', () => {
  it('has messages', () => {
    expect(messages.length).toBeGreaterThan(20);
  });

  it.each(messages)('quotes what the library says: %s', (message) => {
    const parts = message.split(ANY).filter((part) => /\w/.test(part));
    expect(texts.some((text) => holds(text, parts) || becomes(text, message))).toBe(true);
  });
});
