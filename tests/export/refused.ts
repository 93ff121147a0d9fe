/** Layers that are refused by name outside of `film()`. */
export const REFUSED: readonly string[] = [
  'CapsuleHead',
  'CapsuleLength',
  'CapsuleRouting',
  'capsules',
  'Film',
  'MaskCapsules',
  'RepeatBatch',
  'SliceBatch',
  'Squash',
];
