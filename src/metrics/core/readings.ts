import type { Output, OutputKind } from '../../types';
import { readNumbers } from './class-numbers';
import { ofProbabilities } from './decisions';
import type { Reading } from './target-metric';

const SAID: Readonly<Record<OutputKind, string>> = {
  probability: 'probabilities',
  distribution: 'a distribution',
  logit: 'logits',
  value: 'plain values',
  unknown: 'what its last layer does not tell',
};

function refuse(name: string, { kind }: Output, alternative = ''): never {
  throw new RangeError(
    `${name} is computed from probabilities, and the output holds ${SAID[kind]}: give its head the activation 'sigmoid' ` +
      "or 'softmax' (of a net that was not built here, say what it holds: fromLayersModel(net, tasks, { outputs }))" +
      `${alternative}.`,
  );
}

/** Of decisions about probabilities, or about any scores where the options say how. */
export const DECISIONS: Reading = {
  check(name, { classes, threshold }, output) {
    if (ofProbabilities(output) || classes !== undefined || threshold !== undefined) return;
    refuse(name, output, `, or say what decides: ${name}({ threshold }) or ${name}({ classes })`);
  },
  readNumbers,
};

/** Of probabilities, whose values count. */
export const PROBABILITIES: Reading = {
  check(name, _, output) {
    if (!ofProbabilities(output)) refuse(name, output);
  },
};
