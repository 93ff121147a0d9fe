import type { TaskScores } from '../train/callbacks/callback';

/** The longest list whose numbers are shown; longer ones (curves, a score of each image) are counted. */
const LONGEST = 100;

type Flat = [name: string, value: number | string];

function flatten(name: string, result: unknown): Flat[] {
  if (typeof result === 'number') return [[name, result]];
  if (typeof result === 'string' || typeof result === 'boolean') return [[name, String(result)]];
  if (result === null || typeof result !== 'object') return [];
  const parts = Object.entries(result);
  const isList = Array.isArray(result) || ArrayBuffer.isView(result);
  if (isList && parts.length > LONGEST) return [[name, `${parts.length} values`]];
  return parts.flatMap(([key, part]) => flatten(key === 'value' && !isList ? name : `${name}.${key}`, part));
}

/**
 * Scores as pairs of a dotted name and what to write there, the total loss first: `loss`, `lesion.loss`, `lesion.dice`. A
 * result of several numbers has a pair for each: `lesion.dice` for its `value`, `lesion.dice.skipped`, and for those of
 * lists `lesion.iou.0`, `lesion.iou.1`. Of a list of more than 100 there is one pair that says how many.
 */
export function flatScores(scores: TaskScores<string>): Flat[] {
  const { loss, ...tasks } = scores;
  const results = Object.entries(tasks).flatMap(([task, ofTask]) =>
    Object.entries(ofTask).flatMap(([name, result]) => flatten(`${task}.${name}`, result)),
  );
  return [['loss', loss], ...results];
}
