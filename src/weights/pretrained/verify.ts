import { md5 } from '@noble/hashes/legacy';
import { sha256 } from '@noble/hashes/sha2';
import type { Checksum } from './published';

/** Takes the content of a file part by part and says in the end whether it is the published one. */
export interface Verifier {
  update(part: Uint8Array): void;
  /** What is wrong with it; undefined where nothing is. */
  fault(): string | undefined;
}

/** MD5 is what Keras publishes, and browsers have none: the same code runs everywhere. */
export function verifier(checksum: Checksum | undefined): Verifier {
  if (checksum === undefined) return { update: () => undefined, fault: () => undefined };
  const { algorithm, digits } = checksum;
  const hash = algorithm === 'md5' ? md5.create() : sha256.create();
  return {
    update: (part) => void hash.update(part),
    fault() {
      const found = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
      if (found.startsWith(digits)) return undefined;
      return `expected the ${algorithm} ${digits}, found ${found.slice(0, digits.length)}`;
    },
  };
}
