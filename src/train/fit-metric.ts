import { whatToWrite } from '../internal/what-to-write';
import type { AnyMetric, AxisOption, Fitting, Output } from '../types';
import { activationsFor, SAID, sayWhatItIs } from './output-words';

/** Throws where a metric cannot be computed from an output of this kind. */
function checkKind({ takes, decides, given = {} }: Fitting<never, unknown>, { kind }: Output, task: string): void {
  const { classes, threshold } = given;
  const isProbability = kind === 'probability' || kind === 'distribution';
  if (isProbability && threshold !== undefined && !(threshold > 0 && threshold < 1)) {
    throw new RangeError(
      `threshold must lie between 0 and 1 for an output of probabilities, got ${threshold}; a trainer gives metrics the ` +
        'sigmoid of logits, so that a logit of 0 is 0.5.',
    );
  }
  const isDecided = decides === true && (classes ?? threshold) !== undefined;
  if (takes === undefined || takes.includes(kind) || isDecided) return;
  let advice = `give the head the activation ${activationsFor(takes)}`;
  if (takes.includes('logit')) advice = 'leave out fromLogits, since a trainer gives metrics no logits';
  else if (kind === 'unknown') advice = sayWhatItIs(task, takes[0]);
  if (decides === true) advice += ', or say what decides: threshold or classes';
  throw new RangeError(
    `it is computed from ${takes.map((each) => SAID[each]).join(' or ')}, and the head gives ${SAID[kind]}: ${advice}.`,
  );
}

/**
 * The metric for a task's output: with the options that were given, if they agree with it, else with those that follow
 * from it.
 *
 * @throws {RangeError} where they do not agree, or the metric cannot be computed from such an output.
 */
export function fitMetric(metric: AnyMetric, output: Output, task: string): AnyMetric {
  const { fitting } = metric;
  if (fitting === undefined) return metric;
  checkKind(fitting, output, task);
  const { axis, given = {}, fill } = fitting;
  const { kind, width } = output;
  if (axis === undefined) return metric;
  const options: readonly AxisOption[] = ['classes', 'labels', 'outputs'];
  const said = options.find((option) => given[option] !== undefined);
  if (said !== undefined && given[said] !== width) {
    throw new RangeError(
      `${said} is ${given[said]}, and the last axis of the output holds ${width}: leave it out, or write ${said}: ${width}.`,
    );
  }
  const ofQuantities = axis.includes('outputs');
  if (kind === 'distribution' && width === 1 && !ofQuantities) {
    throw new RangeError("a softmax over one value is always 1: give the head the activation 'sigmoid'.");
  }
  if (said !== undefined || width === 1) return metric;
  const ofKind: Partial<Record<Output['kind'], AxisOption>> = { distribution: 'classes', probability: 'labels' };
  const option = ofQuantities ? 'outputs' : ofKind[kind];
  if (option !== undefined && axis.includes(option) && fill !== undefined) return fill({ [option]: width });
  const known = axis.filter((each) => each !== 'outputs');
  throw new RangeError(`the last axis of the output holds ${width} values: ${whatToWrite(known, width)}.`);
}
