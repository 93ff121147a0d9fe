import { BufferReader, Parser } from 'pickleparser';

/** Far beyond the pickle of any state dict, whose numbers lie elsewhere: what it unpacks to fits into memory. */
const LONGEST = 8 * 1024 ** 2;

/** A function that a pickle may call, by its full name in Python. */
export type Allowed = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Unpickled {
  readonly value: unknown;
  /** Where the pickle ends. */
  readonly end: number;
}

/** What to do where a pickle wants to call something that no state dict needs. */
function refusal(name: string): string {
  const advice = name.startsWith('torch.nn.') || !/^(posix|nt|os|sys|subprocess|builtins|__builtin__)\./.test(name);
  const hint = 'save it in Python by torch.save(model.state_dict(), path), or as safetensors';
  return `refused: the file asks for ${name}, and only tensors are read${advice ? `; ${hint}` : ''}`;
}

/**
 * Reads one pickle. Nothing of it is run: names of Python stand for the functions of `allowed`, and other names are
 * refused.
 *
 * @throws {Error} that does not name the file.
 */
export function unpickle(
  bytes: Uint8Array,
  allowed: Allowed,
  resolve: (id: readonly unknown[]) => unknown = () => {
    throw new Error('refused: it asks for something outside of the file');
  },
): Unpickled {
  const reader = new BufferReader(bytes.subarray(0, LONGEST));
  const parser = new Parser({
    nameResolver: {
      resolve(module, name) {
        const full = `${module}.${name}`;
        if (!Object.hasOwn(allowed, full)) throw new Error(refusal(full));
        return allowed[full] as () => unknown;
      },
    },
    persistentResolver: {
      resolve(id: unknown) {
        if (!Array.isArray(id)) throw new Error('expected a storage, found something else');
        return resolve(id);
      },
    },
    unpicklingTypeOfDictionary: 'Map',
  });
  return { value: readWhole(parser, reader), end: reader.position };
}

/** The parser checks neither its stack nor what it calls: on nonsense the engine itself throws, of which nobody learns anything. */
function readWhole(parser: Parser, reader: BufferReader): unknown {
  try {
    return parser.read(reader);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new Error('it is torn, or no pickle', { cause: error });
  }
}
