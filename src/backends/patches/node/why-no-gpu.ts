import { missingLibrary } from './explain-native-error';

const DRIVER = 'libcuda.so.1';
/** What TensorFlow 2.9 to 2.12 load of CUDA 11 and cuDNN 8, by Linux's names. */
const LIBRARIES = [
  'libcudart.so.11.0',
  'libcublas.so.11',
  'libcublasLt.so.11',
  'libcufft.so.10',
  'libcusolver.so.11',
  'libcusparse.so.11',
  'libcudnn.so.8',
];

/**
 * Loads a shared library as TensorFlow does. It is no addon, so Node throws in any case, but the error says whether the
 * library is missing.
 */
const load = (name: string): void => process.dlopen({ exports: {} }, name);

/**
 * Why TensorFlow finds no GPU, as far as that can be found out. TensorFlow throws nothing where CUDA is missing: it
 * computes on the CPU and logs one line at most.
 */
export function whyNoGpu(open: (name: string) => void = load): string {
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (visible === '' || visible === '-1') return `it finds no CUDA device: CUDA_VISIBLE_DEVICES is '${visible}'`;
  if (process.platform !== 'linux') return 'it finds no CUDA device';
  const missing = [DRIVER, ...LIBRARIES].flatMap((name) => {
    try {
      open(name);
      return [];
    } catch (error) {
      return missingLibrary((error as Error).message) ?? [];
    }
  });
  if (missing.length === 0) return 'it finds no CUDA device';
  const libraries = [...new Set(missing.filter((name) => name !== DRIVER))].join(', ');
  const reasons = [
    missing.includes(DRIVER) ? `NVIDIA's driver is missing (${DRIVER})` : '',
    libraries && `CUDA is missing (${libraries}), or its folders are not named in LD_LIBRARY_PATH`,
  ];
  return `it finds no CUDA device: ${reasons.filter(Boolean).join('; ')}`;
}
