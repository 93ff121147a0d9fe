/** The widest vector instructions of `/proc/cpuinfo`. */
export function widestVectors(cpuinfo: string): string | undefined {
  const flags = new Set(
    cpuinfo
      .match(/^(?:flags|Features)\s*:(.*)$/m)?.[1]
      .trim()
      .split(' '),
  );
  const widest = [
    ['avx512f', 'AVX-512'],
    ['avx2', 'AVX2'],
    ['avx', 'AVX'],
    ['sse4_2', 'SSE4.2'],
    ['sve', 'SVE'],
    ['asimd', 'NEON'],
  ].find(([flag]) => flags.has(flag));
  return widest?.[1];
}
