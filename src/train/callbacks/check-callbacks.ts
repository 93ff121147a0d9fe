import { refuseKind } from '../../internal/check-kinds';
import { didYouMean, nearest } from '../../internal/nearest';
import type { Callback } from './callback';

type Member = Exclude<keyof Callback, 'name'>;

// As a record, so that a list that lacks one does not compile.
const MEMBERS = Object.keys({
  onFitBegin: true,
  onEpochBegin: true,
  onStepEnd: true,
  onValidation: true,
  onEpochEnd: true,
  onSafePoint: true,
  onFitEnd: true,
  save: true,
  load: true,
} satisfies Record<Member, true>) as readonly Member[];
const HOOKS: readonly string[] = MEMBERS.filter((member) => member.startsWith('on'));

/** What Keras and tfjs-layers call the hooks, where letters alone would find another one. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  onTrainBegin: 'onFitBegin',
  onTrainEnd: 'onFitEnd',
  onBatchEnd: 'onStepEnd',
  onTestEnd: 'onValidation',
};

/** The names of an object's functions, those of its class too. */
function functionsOf(value: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (typeof (value as Readonly<Record<string, unknown>>)[name] === 'function') names.add(name);
    }
  }
  return [...names];
}

function checkCallback(value: unknown, name: string): void {
  if (typeof value === 'function') {
    const call = value.name === '' ? '{ onEpochEnd(run, log) { … } }' : `${value.name}(…), or { onEpochEnd: … }`;
    refuseKind(value, name, 'a callback', `; write ${call}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuseKind(value, name, 'a callback, such as earlyStopping({ … }) or { onEpochEnd() { … } }');
  }
  for (const member of MEMBERS) {
    const found: unknown = (value as Callback)[member];
    if (found !== undefined && typeof found !== 'function') {
      refuseKind(found, `${name}.${member}`, 'a function');
    }
  }
  const functions = functionsOf(value);
  const unknown = functions.find((member) => /^on/i.test(member) && !HOOKS.includes(member));
  const are = `The hooks are ${HOOKS.join(', ')}.`;
  if (unknown !== undefined) {
    const hint = didYouMean(ELSEWHERE[unknown] ?? nearest(unknown, HOOKS));
    throw new RangeError(`${name}: unknown hook '${unknown}'.${hint} ${are}`);
  }
  if (!MEMBERS.some((member) => functions.includes(member))) {
    throw new RangeError(`${name} has no hook, so that it would never be called. ${are}`);
  }
}

/**
 * Throws for what a fit would never call.
 *
 * @throws {TypeError} unless `callbacks` is an array of objects whose hooks are functions.
 * @throws {RangeError} for an unknown hook, for a callback without any, and where a name is given twice.
 */
export function checkCallbacks(callbacks: readonly Callback[], name: string): void {
  if (!Array.isArray(callbacks)) {
    refuseKind(callbacks, `${name}: callbacks`, 'an array', '; write callbacks: [ … ]');
  }
  for (const [i, callback] of callbacks.entries()) checkCallback(callback, `${name}: callbacks[${i}]`);
  const names = callbacks.filter(({ save }) => save !== undefined).map((callback) => callback.name);
  const twice = names.find((one, i) => names.indexOf(one) < i);
  if (names.includes(undefined)) throw new TypeError(`${name}: a callback with \`save\` needs a \`name\`.`);
  if (twice !== undefined) throw new RangeError(`${name}: two callbacks have the name '${twice}'.`);
}
