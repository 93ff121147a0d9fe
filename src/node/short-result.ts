/** A result of more numbers than this is named by their count. */
const MOST = 12;

export function shortNumber(value: number, digits: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(digits);
}

const isList = (result: unknown): result is ArrayLike<unknown> => Array.isArray(result) || ArrayBuffer.isView(result);

function countNumbers(result: unknown): number {
  if (typeof result === 'number') return 1;
  if (result === null || typeof result !== 'object') return 0;
  return Object.values(result).reduce((count: number, part) => count + countNumbers(part), 0);
}

function describe(result: unknown): string {
  if (typeof result === 'number') return Number.isInteger(result) ? String(result) : shortNumber(result, 4);
  if (isList(result)) return `[${Array.from(result, describe).join(' ')}]`;
  if (result === null || typeof result !== 'object') return String(result);
  return Object.entries(result)
    .map(([key, part]) => `${key} ${describe(part)}`)
    .join(', ');
}

/**
 * The result of a metric in a few characters: a number; a `value` with the numbers beside it, such as `0.8125 (n 14,
 * skipped 2)`; a short list, such as `[0.9 0.75]`; how many numbers there are where they are more.
 */
export function shortResult(result: unknown): string {
  if (typeof result === 'number') return shortNumber(result, 4);
  const { value, ...rest } = (isList(result) || result === null ? {} : result) as { readonly value?: unknown };
  if (typeof value === 'number') {
    const beside = Object.fromEntries(Object.entries(rest).filter(([, part]) => typeof part === 'number'));
    return `${shortNumber(value, 4)}${Object.keys(beside).length > 0 ? ` (${describe(beside)})` : ''}`;
  }
  const count = countNumbers(result);
  return count > MOST ? `${count} numbers` : describe(result);
}
