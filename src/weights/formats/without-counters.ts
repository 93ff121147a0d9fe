import type { StoredTensor, WeightFile } from '../weight-file';

/** Batch normalization of PyTorch counts its batches, for a momentum that no other framework has. */
export function withoutCounters(tensors: readonly StoredTensor[]): Pick<WeightFile, 'tensors' | 'besides'> {
  const isCounter = ({ name }: StoredTensor): boolean => /(^|\.)num_batches_tracked$/.test(name);
  return {
    tensors: tensors.filter((tensor) => !isCounter(tensor)),
    besides: tensors.filter(isCounter).map(({ name }) => name),
  };
}
