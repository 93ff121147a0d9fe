export { registerSimdBackend, type SimdOptions } from './register';
