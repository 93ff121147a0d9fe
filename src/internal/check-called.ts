import { tidy } from '@tensorflow/tfjs-core';

/** Whether a function makes a function when it is called without arguments, or refuses that as the library's own do. */
function makesOne(value: (...args: never[]) => unknown): boolean {
  try {
    let made: unknown;
    // A loss of one's own that needs no argument makes tensors.
    tidy(() => {
      made = value();
    });
    return typeof made === 'function';
  } catch (error) {
    // Those that need options: "ResNetEncoder: options must be an object, …".
    return value.name !== '' && error instanceof Error && error.message.startsWith(`${value.name}: `);
  }
}

/**
 * Throws where `value` is a function that makes what is wanted, `softDice` in place of `softDice()`; both are functions, and
 * what they do tells them apart: one that takes two arguments or carries traits is what is wanted, others are called without any.
 *
 * @throws {TypeError} with how to write it.
 */
export function checkCalled(value: unknown, name: string): void {
  if (typeof value !== 'function' || value.length > 1 || Object.keys(value).length > 0) return;
  if (!makesOne(value as () => unknown)) return;
  const call = value.name === '' ? 'it' : `${value.name}()`;
  throw new TypeError(`${name} is not called, got ${value.name || 'a function that makes one'}; write ${call}.`);
}
