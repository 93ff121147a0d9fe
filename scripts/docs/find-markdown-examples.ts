import MarkdownIt from 'markdown-it';

/** A program that a page of the docs shows, in one block or, with those that go on with it, in several. */
export interface MarkdownExample {
  readonly file: string;
  /** Where its first line of code stands, from 1. Its other lines keep their distances, with empty ones for the text between blocks. */
  readonly line: number;
  /** Whether it runs in Node or in a page. */
  readonly kind: 'node' | 'browser';
  readonly code: string;
}

const KINDS = { ts: 'node', 'ts continued': 'continued', 'ts browser': 'browser' } as const;
const CODE = /^(?:[cm]?[jt]sx?|typescript|javascript)\b/i;

/** The programs in the text of a page: every block of TypeScript is a whole one, or goes on with the block before it. */
export function findMarkdownExamples(file: string, text: string): MarkdownExample[] {
  const examples: MarkdownExample[] = [];
  for (const { type, info, content, map } of new MarkdownIt().parse(text, {})) {
    const name = info.trim();
    if (type !== 'fence' || map === null || !CODE.test(name)) continue;
    const line = map[0] + 2;
    const refuse = (message: string) => new SyntaxError(`${file}:${line - 1}: ${message}`);
    if (!(name in KINDS)) {
      const kinds = Object.keys(KINDS).map((kind) => `'${kind}'`);
      throw refuse(
        `a block of code is one of ${kinds.join(', ')}, and a whole program or the next part of one, got '${name}'.`,
      );
    }
    const kind = KINDS[name as keyof typeof KINDS];
    if (kind !== 'continued') {
      examples.push({ file, line, kind, code: content });
      continue;
    }
    const before = examples.pop();
    if (before === undefined) throw refuse("'ts continued' goes on with a block, and there is none before it.");
    const lines = before.code.split('\n').length - 1;
    examples.push({ ...before, code: before.code + '\n'.repeat(line - before.line - lines) + content });
  }
  return examples;
}
