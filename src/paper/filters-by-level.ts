/** The filters of each level: a list as it is, or a first level doubled from level to level. */
export function filtersByLevel(filters: number | readonly number[], count: number): readonly number[] {
  return typeof filters === 'number' ? Array.from({ length: count }, (_, i) => filters * 2 ** i) : filters;
}
