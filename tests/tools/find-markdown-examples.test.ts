import { describe, expect, it } from 'vitest';
import { findMarkdownExamples } from '../../scripts/docs/find-markdown-examples';

const find = (...lines: string[]) => findMarkdownExamples('page.md', lines.join('\n'));

describe('findMarkdownExamples', () => {
  it('finds each block of TypeScript, with the line where its code begins', () => {
    expect(find('# Title', '', '```ts', 'one();', '```', '', '```ts browser', 'two();', 'three();', '```')).toEqual([
      { file: 'page.md', line: 4, kind: 'node', code: 'one();\n' },
      { file: 'page.md', line: 8, kind: 'browser', code: 'two();\nthree();\n' },
    ]);
  });

  it('joins what is continued, with each line as far from the first as on the page', () => {
    const [example, ...others] = find(
      '```ts',
      'one();',
      '```',
      'text',
      '```ts continued',
      'two();',
      '```',
      '',
      '',
      '```ts continued',
      'three();',
      '```',
    );
    expect(others).toEqual([]);
    expect(example).toMatchObject({ line: 2, kind: 'node' });
    const lines = example!.code.split('\n');
    expect([lines[0], lines[4], lines[9]]).toEqual(['one();', 'two();', 'three();']);
  });

  it('takes the indentation of a list away', () => {
    expect(find('- item', '', '  ```ts', '  if (x) {', '    y();', '  }', '  ```')[0]!.code).toBe(
      'if (x) {\n  y();\n}\n',
    );
  });

  it('leaves commands, data and quoted Markdown alone', () => {
    expect(
      find(
        '```sh',
        'npm test',
        '```',
        '```',
        'npm test',
        '```',
        '```json',
        '{}',
        '```',
        '````md',
        '```ts',
        '```',
        '````',
      ),
    ).toEqual([]);
  });

  it.each(['ts fragment', 'typescript', 'js', 'javascript', 'tsx', 'mjs', 'TS'])('refuses %s', (info) => {
    expect(() => find('', `\`\`\`${info}`, '```')).toThrow(
      `page.md:2: a block of code is one of 'ts', 'ts continued', 'ts browser', and a whole program or the next part of one, got '${info}'.`,
    );
  });

  it('refuses to continue nothing', () => {
    expect(() => find('```ts continued', '```')).toThrow(
      "page.md:1: 'ts continued' goes on with a block, and there is none before it.",
    );
  });
});
