/**
 * Says which weight of the model a tensor of the file is: `'layer/weight'`, as `'conv1/kernel'`, where `'layer/weight'` and
 * `'layer/bias'` do for the names of PyTorch; null for one that the model does not need; undefined for one that is not
 * known. As an object: those by the names in the file.
 */
export type WeightNames =
  | ((name: string, shape: readonly number[]) => string | null | undefined)
  | Readonly<Record<string, string | null>>;
