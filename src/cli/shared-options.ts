import { Option } from 'commander';
import type { BackendName } from '../backends/choose/candidates';

/** The backends that there are in Node. */
export const NODE_BACKENDS: readonly BackendName[] = ['node-gpu', 'node', 'webgpu', 'simd', 'wasm', 'cpu'];

/** Options that several commands have. */
export const backendOption = (): Option =>
  new Option('--backend <name>', 'what computes (default: the fastest that works here)').choices(NODE_BACKENDS);

export const jsonOption = (): Option => new Option('--json', 'prints JSON for programs instead of words');
