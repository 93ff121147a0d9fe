/** What to write where the last axis holds `width` values, to a metric that has these options for it. */
export function whatToWrite(options: readonly ('classes' | 'labels')[], width: number): string {
  if (options.length === 0) return 'give the scores of one class or label';
  const meanings = options.map((option) => {
    const meaning = option === 'classes' ? 'one is true (a softmax)' : 'several may be (sigmoids)';
    return `${option}: ${width} if ${meaning}`;
  });
  return `say what they are, ${meanings.join(', ')}`;
}
