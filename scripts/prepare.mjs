// What npm runs after `npm ci` in a checkout, where compiled kernels are all that tests and examples need, and in the clone that it
// makes of a git URL, whose dist is what it then installs.
import { execSync } from 'node:child_process';

const inClone = process.env._PACOTE_NO_PREPARE_ !== undefined; // npm sets it there alone
for (const script of inClone ? ['build:wasm', 'build'] : ['build:wasm']) {
  execSync(`npm run ${script}`, { stdio: 'inherit' });
}
