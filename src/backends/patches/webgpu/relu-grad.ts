import { util } from '@tensorflow/tfjs-core';
import { runFlat } from './flat-program';
import { webgpuKernel } from './kernel';

/**
 * dy where the output of the ReLU is not 0: src/layers/fused/fuse-conv2d.ts asks for it; without it two passes are
 * needed.
 */
export const reluGrad = webgpuKernel<'dy' | 'y', unknown>('ReluGrad', ({ inputs: { dy, y }, backend }) => {
  const fours = util.sizeFromShape(y.shape) % 4 === 0;
  const zero = fours ? 'vec4<f32>(0.0)' : '0.0';
  return runFlat(backend, {
    key: 'reluGrad',
    inputs: { dy, y },
    outputShape: y.shape,
    fours,
    uniforms: {},
    code: `result[i] = select(dy[i], ${zero}, y[i] <= ${zero});`,
  });
});
