const ALIKE = [
  'linear',
  'relu',
  'relu6',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'elu',
  'selu',
  'gelu',
  'mish',
];

/** What Keras 3 calls the activations that TensorFlow.js computes as it does, by their names here; its hard sigmoid is another one. */
export const KERAS_ACTIVATIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(ALIKE.map((name) => [name, name])),
  swish: 'silu',
};
