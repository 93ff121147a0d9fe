import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The tensors that `outputs` depend on and they themselves, each after those that it depends on. */
export function inOrder(outputs: Iterable<SymbolicTensor>): SymbolicTensor[] {
  const found = new Set<SymbolicTensor>();
  const visit = (x: SymbolicTensor): void => {
    if (found.has(x)) return;
    for (const from of x.inputs) visit(from);
    found.add(x);
  };
  for (const output of outputs) visit(output);
  return [...found];
}
