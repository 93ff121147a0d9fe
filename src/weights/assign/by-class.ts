import type { TargetLayer } from './target-layers';

/** `Conv2D` -> `conv2d`, as Keras makes names of classes. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

interface Numbered {
  readonly path: string;
  readonly parent: string;
  readonly number: number;
}

/** The number in an automatic name of a class, `conv2d_57` or, by tfjs, `conv2d_Conv2D57`; undefined for another name. */
function numbered(path: string, className: string): Numbered | undefined {
  const at = path.lastIndexOf('/') + 1;
  const match = new RegExp(`^${snakeCase(className)}(?:_(?:${className})?(\\d+))?$`).exec(path.slice(at));
  return match === null ? undefined : { path, parent: path.slice(0, at), number: Number(match[1] ?? 0) };
}

const parents = (layers: readonly Numbered[]): number => new Set(layers.map(({ parent }) => parent)).size;

/**
 * Where layers have automatic names, their numbers tell in which order they were made, and go on from one model of a
 * program to the next: the first of a class in the file is the first of the model, whatever their numbers. A model may
 * have fewer than the file: the first ones.
 */
export function byAutomaticName(
  paths: readonly string[],
  targets: readonly TargetLayer[],
): ReadonlyMap<string, TargetLayer> {
  const found = new Map<string, TargetLayer>();
  for (const className of new Set(targets.map(({ layer }) => layer.getClassName()))) {
    const order = (all: readonly string[]): Numbered[] =>
      all
        .map((path) => numbered(path, className))
        .filter((layer) => layer !== undefined)
        .sort((a, b) => a.number - b.number);
    const here = targets.filter(({ layer }) => layer.getClassName() === className);
    const [theirs, ours] = [order(paths), order(here.map(({ path }) => path))];
    if (theirs.length < ours.length || parents(theirs) > 1 || parents(ours) > 1) continue;
    const byPath = new Map(here.map((target) => [target.path, target]));
    for (const [i, { path }] of ours.entries()) found.set(theirs[i].path, byPath.get(path) as TargetLayer);
  }
  return found;
}

/** Where a file knows classes and counts in place of names: the count goes over all layers of the class. */
export function byCount(path: string, targets: readonly TargetLayer[]): TargetLayer | undefined {
  const [, name, count] = /^(.*?)(?:_(\d+))?$/.exec(path) ?? [];
  // A class may end in a number itself: `dense` of `dense_1`, never of another class.
  return targets.filter(({ layer }) => snakeCase(layer.getClassName()) === name)[Number(count ?? 0)];
}
