// What is tested on webgpu in Node, in a process of its own: `child.ts NAME` prints the result of one of these as its last
// line, in JSON.
import { stepAdam } from './adam';
import { computeGradients } from './gradients';
import { runKernels } from './kernels';
import { choose, listFailures, resumeAfterLoss } from './life';

const sections: Readonly<Record<string, () => Promise<unknown>>> = {
  choose,
  computeGradients,
  runKernels,
  listFailures,
  resumeAfterLoss,
  stepAdam,
};

const result = await sections[process.argv[2]]();
console.log(JSON.stringify(result));
