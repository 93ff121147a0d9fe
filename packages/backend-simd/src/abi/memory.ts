// Places in the WebAssembly memory that both sides know. Without types, so that both compilers read this file: plain numbers
// for TypeScript, i32 constants for AssemblyScript.

/** The job: its number above the count of items not yet taken, in 64 bits. */
export const JOB = 1024;
/** Items finished. */
export const DONE = 1088;
/** Changes with every job; idle threads sleep on it. */
export const WAKEUPS = 1152;
/** Threads that may need waking. */
export const SLEEPERS = 1216;
/** Number of the job's kernel, and how many items it has. */
export const KERNEL = 1280;
export const ITEMS = 1284;
/** Threads return when it is set. */
export const STOP = 1288;
/** Set by a thread that died in a kernel. */
export const FAILED = 1292;

/** The arguments of the job, of 32 bits each, and how many there may be. */
export const ARGUMENTS = 4096;
export const ARGUMENT_COUNT = 256;

/** Where the heap begins. */
export const FLOOR = 16384;
