/** Prints what a command found: in words, or as one JSON value where `--json` asks for it. */
export function print(json: boolean | undefined, value: object, words: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : words()}\n`);
}
