/** Checks by what each shows; a text that one returns is printed beside it. */
export type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** Counts checks; what one throws is printed, and the others go on. */
export function createRunner() {
  const counts = { passed: 0, failed: 0 };
  return {
    counts,
    async run(checks: Checks, where = ''): Promise<void> {
      for (const [what, check] of Object.entries(checks)) {
        const start = performance.now();
        try {
          const note = await check();
          counts.passed++;
          const seconds = ((performance.now() - start) / 1000).toFixed(1);
          console.log(`ok      ${where}${what}${typeof note === 'string' ? `: ${note}` : ''} (${seconds} s)`);
        } catch (error) {
          counts.failed++;
          console.log(`FAILED  ${where}${what}\n${(error as Error).stack}`);
        }
      }
    },
  };
}
