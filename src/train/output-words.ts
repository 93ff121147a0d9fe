import type { OutputKind } from '../types';

/** What an output holds, as messages say it. */
export const SAID: Readonly<Record<OutputKind, string>> = {
  probability: 'probabilities',
  distribution: 'a distribution over its classes',
  logit: 'logits',
  value: 'plain values',
  unknown: 'nothing that its last layer would tell',
};

/** The activations that give what a loss or a metric takes. */
export function activationsFor(takes: readonly OutputKind[]): string {
  return [takes.includes('probability') && "'sigmoid'", takes.includes('distribution') && "'softmax'"]
    .filter(Boolean)
    .join(' or ');
}

/** What to write for an output of which nothing is known. */
export function sayWhatItIs(task: string, kind: OutputKind | undefined): string {
  return `say what it is: fromLayersModel(net, tasks, { outputs: { '${task}': '${kind}' } })`;
}
