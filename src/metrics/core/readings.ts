import { readNumbers } from './class-numbers';

const takes = ['probability', 'distribution'] as const;

/** What metrics of probabilities, whose values count, ask of predictions. */
export const PROBABILITIES = { asks: { takes } } as const;

/** What metrics of decisions ask: probabilities, or any scores where the options say how. */
export const DECISIONS = { asks: { takes, decides: true }, readNumbers } as const;
