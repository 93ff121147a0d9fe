import { refuse } from '../../internal/refuse';

export function isShape(a: readonly number[], b: readonly number[]): boolean {
  return String(a) === String(b);
}

/** Throws unless `shape` is one of `shapes`. */
export function checkShape(name: string, shape: readonly number[], shapes: readonly (readonly number[])[]): void {
  const texts = new Set(shapes.map(String));
  if (!texts.has(String(shape))) refuse(name, `have the shape [${[...texts].join('] or [')}]`, `[${shape}]`);
}
