/** What a value is, as sentences that refuse it say it. */
export function kindOf(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object' || value === null) return String(value);
  const made = value.constructor?.name ?? 'Object';
  return made === 'Object' ? 'an object' : `an object of class ${made}`;
}

/** Throws unless `value` is true or false: any other value would be taken for one of them. */
export function checkBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false, got ${kindOf(value)}.`);
}

/** Throws unless `value` is a text that is not empty. */
export function checkText(value: unknown, name: string): void {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a text, got ${kindOf(value)}.`);
  if (value === '') throw new RangeError(`${name} must be a text, got an empty one.`);
}

/** Throws unless `value` is a number; which ones there may be is the caller's to check. */
export function checkNumber(value: unknown, name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${kindOf(value)}.`);
}

/** Throws unless `value` is a number other than NaN and infinity. */
export function checkFinite(value: unknown, name: string): void {
  checkNumber(value, name);
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be a finite number, got ${value}.`);
}

/** Throws unless `value` is a function; `like` is how one is had. */
export function checkFunction(value: unknown, name: string, like: string): void {
  if (typeof value !== 'function') {
    throw new TypeError(`${name} must be a function, such as ${like}, got ${kindOf(value)}.`);
  }
}

/** Throws unless `value` is an array; its members are the caller's to check. */
export function checkArray(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array, got ${kindOf(value)}.`);
}

/** Whether `value` is an object of named values: no array, and of none of the classes that JavaScript itself has. */
export function isRecord(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Throws unless `value` is a plain object, as JSON has them: of no class. */
export function checkPlain(value: unknown, name: string): void {
  const above: object | null = isRecord(value) ? Object.getPrototypeOf(value) : value;
  // Not Object.prototype itself, of which each realm has its own.
  const isPlain = isRecord(value) && (above === null || Object.getPrototypeOf(above) === null);
  if (!isPlain) throw new TypeError(`${name} must be a plain object, got ${kindOf(value)}.`);
}

/** Throws unless `value` is an object of named values. */
export function checkRecord(value: unknown, name: string): void {
  if (!isRecord(value)) throw new TypeError(`${name} must be an object, got ${kindOf(value)}.`);
}

/**
 * Throws unless `value` has these members; `what` says what has them, and how it is had:
 * `checkMembers(dataset, { rows: 'array', read: 'function' }, 'cached: dataset', 'a dataset, such as arrayDataset() returns')`.
 */
export function checkMembers(
  value: unknown,
  members: Readonly<Record<string, 'array' | 'function'>>,
  name: string,
  what: string,
): void {
  for (const [member, kind] of Object.entries(members)) {
    const found: unknown = (value as Readonly<Record<string, unknown>> | null | undefined)?.[member];
    if (kind === 'array' ? Array.isArray(found) : typeof found === 'function') continue;
    const lack = value === null || typeof value !== 'object' ? '' : ` without the ${kind} '${member}'`;
    throw new TypeError(`${name} must be ${what}, got ${kindOf(value)}${lack}.`);
  }
}

/** Throws unless `dataset` has rows and can be read. */
export function checkDataset(dataset: unknown, name: string): void {
  checkMembers(dataset, { rows: 'array', read: 'function' }, name, 'a dataset, such as arrayDataset() returns');
}

/** Throws where a net was disposed: tfjs-layers would name its first layer or weight. */
export function checkLive(net: object, name: string): void {
  // The uses of a net that are left; tfjs-layers has no public word for it.
  if ((net as { readonly _refCount?: unknown })._refCount === 0) throw new Error(`${name} has been disposed.`);
}

/** Throws unless `net` is a layers model, and not disposed. */
export function checkNet(net: unknown, name: string): void {
  const members = { layers: 'array', inputs: 'array', outputs: 'array', predict: 'function' } as const;
  checkMembers(net, members, name, 'a LayersModel of TensorFlow.js, such as the net of a MultitaskModel');
  checkLive(net as object, name);
}

/** Throws unless `model` has tasks and can predict. */
export function checkModel(model: unknown, name: string): void {
  const what = 'a MultitaskModel, such as multitask() returns';
  checkMembers(model, { tasks: 'array', predict: 'function', dispose: 'function' }, name, what);
  checkNet((model as { readonly net?: unknown }).net, `${name}.net`);
}

/** Throws where a tensor was disposed: TensorFlow.js does not say which. */
export function checkNotDisposed(x: { readonly isDisposed?: boolean }, name: string): void {
  if (x.isDisposed) throw new Error(`${name} has been disposed.`);
}

/** Throws unless `x` is a tensor, and not disposed. */
export function checkTensor(x: unknown, name: string): void {
  checkMembers(x, { shape: 'array', data: 'function' }, name, 'a tensor, such as tensor(values, [batch, ...]) makes');
  checkNotDisposed(x as { readonly isDisposed?: boolean }, name);
}

/** Throws unless `features` are what encoders return. */
export function checkFeatures(features: unknown, name: string): void {
  checkMembers(features, { skips: 'array' }, name, 'features, { skips, bottleneck }, such as those of UNetEncoder()');
}

/** Throws unless `metric` has what a metric has. */
export function checkMetric(metric: unknown, name: string): void {
  const members = { init: 'function', update: 'function', merge: 'function', compute: 'function' } as const;
  checkMembers(metric, members, name, 'a metric, such as auc() returns');
}

/** Throws unless `weighting` can join losses. */
export function checkWeighting(weighting: unknown, name: string): void {
  checkMembers(weighting, { combine: 'function' }, name, 'a weighting, such as uncertainty() returns');
}

/** Throws unless `indices` are places of `rows`. */
export function checkIndices(indices: readonly number[], rows: readonly unknown[], name: string): void {
  checkArray(indices, name);
  const outside: unknown = indices.find((index) => typeof index !== 'number' || rows[index] === undefined);
  const at = indices.indexOf(outside as number);
  if (outside === undefined && at < 0) return;
  if (typeof outside !== 'number')
    throw new TypeError(`${name} must be numbers, got ${kindOf(outside)} at place ${at}.`);
  throw new RangeError(`${name} must lie in 0 .. ${rows.length - 1}, got ${outside}.`);
}

/** Throws unless `array` is `{ data, shape }` with a typed array. */
export function checkNDArray(array: unknown, name: string): void {
  const { data, shape } = (array ?? {}) as { readonly data?: unknown; readonly shape?: unknown };
  if (ArrayBuffer.isView(data) && Array.isArray(shape)) return;
  throw new TypeError(`${name} must be { data, shape } with a typed array, got ${kindOf(array)}.`);
}
