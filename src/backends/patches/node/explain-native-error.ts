/** The name of a shared library that the loader cannot find, in the loader's or TensorFlow's words. */
const MISSING = /(?:^|[\s'"])(lib[\w+.-]+?\.so[.\d]*)['"]?\s*[:;].*cannot open shared object file/is;
const CUDA = /^lib(cu|nv)/;

/** The shared library that a loading error reports missing. */
export const missingLibrary = (message: string): string | undefined => MISSING.exec(message)?.[1];

function explain(message: string, packageName: string): string | undefined {
  const rebuild = `Run: npm rebuild ${packageName}`;
  if (/tfjs_binding\.node\) can not be found/.test(message)) {
    return `its native part is missing, as after an install without scripts or without its download. ${rebuild}`;
  }
  const library = missingLibrary(message);
  if (library === undefined) return undefined;
  if (CUDA.test(library)) {
    return `the CUDA library ${library} is missing: install CUDA 11.2 with cuDNN 8.1 and name their folder in LD_LIBRARY_PATH`;
  }
  if (library.startsWith('libtensorflow'))
    return `its library ${library} is missing, which its installer downloads. ${rebuild}`;
  return `the system's library ${library} is missing`;
}

/** The error from loading tfjs-node or tfjs-node-gpu, turned into advice where its cause is known. */
export function explainNativeError(error: unknown, packageName: string): unknown {
  const advice = explain(error instanceof Error ? error.message : String(error), packageName);
  return advice === undefined ? error : new Error(advice, { cause: error });
}
