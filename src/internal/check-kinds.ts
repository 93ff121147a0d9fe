import { refuse } from './refuse';

/** What a value is, as sentences that refuse it say it. */
export function kindOf(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (Object(value) !== value) return String(value);
  const made = (value as object).constructor?.name ?? 'Object';
  return ['Array', 'Object'].includes(made) ? `an ${made.toLowerCase()}` : `an object of class ${made}`;
}

/** Throws the TypeError that says what a value must be, and what came; `hint` is what to write instead. */
export function refuseKind(value: unknown, name: string, what: string, hint = ''): never {
  throw new TypeError(`${name} must be ${what}, got ${kindOf(value)}${hint}.`);
}

/** What to write where a function came in place of what it makes. */
const callOf = (value: unknown): string =>
  typeof value === 'function' && value.name !== '' ? `; call it: ${value.name}()` : '';

/** Throws unless `value` is true or false: any other value would be taken for one of them. */
export function checkBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') refuseKind(value, name, 'true or false');
}

/** Throws unless `value` is a text that is not empty. */
export function checkText(value: unknown, name: string): void {
  if (typeof value !== 'string') refuseKind(value, name, 'a text');
  if (value === '') refuse(name, 'be a text', 'an empty one');
}

/** Throws unless `value` is a number; which ones there may be is the caller's to check. */
export function checkNumber(value: unknown, name: string): void {
  if (typeof value !== 'number') refuseKind(value, name, 'a number');
}

/** Throws unless `value` is a number other than NaN and infinity. */
export function checkFinite(value: unknown, name: string): void {
  checkNumber(value, name);
  if (!Number.isFinite(value)) refuse(name, 'be a finite number', value);
}

/** Throws unless `value` is a function; `like` is how one is had. */
export function checkFunction(value: unknown, name: string, like: string): void {
  if (typeof value !== 'function') refuseKind(value, name, `a function, such as ${like}`);
}

/** Throws unless `value` is an array; its members are the caller's to check. */
export function checkArray(value: unknown, name: string): void {
  if (!Array.isArray(value)) refuseKind(value, name, 'an array');
}

/** Throws unless `value` is an array, in place of one number that would do for both sides elsewhere. */
export function checkPair(value: unknown, name: string): void {
  const hint = typeof value === 'number' ? `; write [${value}, ${value}]` : '';
  if (!Array.isArray(value)) refuseKind(value, name, 'an array, [height, width]', hint);
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
  if (!isPlain) refuseKind(value, name, 'a plain object');
}

/** Throws unless `value` is an object of named values. */
export function checkRecord(value: unknown, name: string): void {
  if (!isRecord(value)) refuseKind(value, name, 'an object');
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
    if ((Array.isArray(found) ? 'array' : typeof found) === kind) continue;
    refuseKind(value, name, `${what}, with the ${kind} '${member}'`, callOf(value));
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
export function checkNotDisposed(x: { readonly isDisposed?: boolean } | null | undefined, name: string): void {
  if (x?.isDisposed) throw new Error(`${name} has been disposed.`);
}

/** Throws unless `x` is a tensor, and not disposed. */
export function checkTensor(x: unknown, name: string): void {
  checkMembers(x, { shape: 'array', data: 'function' }, name, 'a tensor, such as tensor(values, [batch, ...]) makes');
  checkNotDisposed(x as { readonly isDisposed?: boolean }, name);
}

/** Throws unless `x` is what a layer gives where it is applied: a tensor of a net that has no values yet. */
export function checkSymbolic(x: unknown, name: string): void {
  checkMembers(
    x,
    { shape: 'array' },
    name,
    'the output of a layer, such as layers.dense({ units: 1 }).apply(features)',
  );
  const { sourceLayer } = x as { readonly sourceLayer?: unknown };
  if (sourceLayer === undefined) refuseKind(x, name, 'the output of a layer, a SymbolicTensor');
}

/** Throws unless `features` are what encoders return. */
export function checkFeatures(features: unknown, name: string): void {
  checkMembers(features, { skips: 'array' }, name, 'features, { skips, bottleneck }, such as those of UNetEncoder()');
}

/** Throws unless `metric` has what a metric has. */
export function checkMetric(metric: unknown, name: string): void {
  const methods = ['init', 'update', 'merge', 'compute'];
  const held = metric as Readonly<Record<string, unknown>> | null | undefined;
  const missing = methods.find((method) => typeof held?.[method] !== 'function');
  if (missing) refuseKind(metric, name, `a metric, with ${missing}(), such as auc() returns`, callOf(metric));
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
  refuse(name, `lie in 0 .. ${rows.length - 1}`, outside);
}

/** Throws unless `array` is `{ data, shape }` with a typed array. */
export function checkNDArray(array: unknown, name: string): void {
  const { data, shape } = (array ?? {}) as { readonly data?: unknown; readonly shape?: unknown };
  if (!ArrayBuffer.isView(data) || !Array.isArray(shape)) refuseKind(array, name, '{ data, shape } with a typed array');
  for (const side of shape) {
    if (Number.isInteger(side) && side >= 0) continue;
    throw new TypeError(`${name}: shape must hold whole numbers, got ${kindOf(side)} in it.`);
  }
}
