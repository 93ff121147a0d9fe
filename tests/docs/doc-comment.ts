import ts from 'typescript';

/** A doc comment without its stars: what stands before the first tag, and the block tags in their order. */
export interface DocComment {
  readonly text: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

/** The doc comment of a declaration, the nearest one where several stand before it; undefined if there is none. */
export function readDocComment(node: ts.Node): DocComment | undefined {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  return comment && parseDocComment(comment.getText());
}

/** Parses a comment with its slashes and stars. */
export function parseDocComment(comment: string): DocComment {
  const lines = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const parts: { name: string; lines: string[] }[] = [{ name: '', lines: [] }];
  let inCode = false;
  for (const line of lines) {
    if (line.startsWith('```')) inCode = !inCode;
    const tag = inCode ? null : /^\s*@(\w+) ?(.*)$/.exec(line);
    if (tag) parts.push({ name: tag[1], lines: [tag[2]] });
    else parts.at(-1)!.lines.push(line);
  }
  const [{ text }, ...tags] = parts.map(({ name, lines: own }) => ({ name, text: own.join('\n').trim() }));
  return { text, tags };
}

/** A text on one line. */
export const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
