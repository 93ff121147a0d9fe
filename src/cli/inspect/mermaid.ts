import { sides } from '../words';
import type { Calls, Value } from './follow-calls';
import { partsOf } from './parts';

/** What Mermaid could take for its own syntax becomes an entity. */
const text = (words: string): string => words.replace(/[^\w ./-]/g, (letter) => `#${letter.codePointAt(0)};`);

/**
 * The layers of a net as a flowchart of Mermaid, which GitHub, GitLab and many editors draw; a box around each part.
 *
 * Source: Mermaid, flowcharts, https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid({ calls }: Calls): string {
  const number = new Map(calls.map((call, i) => [call, `l${i}`]));
  const madeBy = new Map<Value, string>();
  for (const call of calls) for (const output of call.outputs) madeBy.set(output, number.get(call) as string);
  const boxes = partsOf(calls).flatMap((part, i) => {
    const nodes = part.calls.map((call) => {
      const className = call.layer.getClassName().replace('TfjsMultitask', '');
      const lines = [call.name, className, call.outputs.map(({ shape }) => sides(shape)).join(', ')];
      return `    ${number.get(call)}["${lines.map(text).join('<br/>')}"]`;
    });
    return [`  subgraph p${i}["${text(part.name)}"]`, ...nodes, '  end'];
  });
  const arrows = calls.flatMap((call) => call.inputs.map((input) => `  ${madeBy.get(input)} --> ${number.get(call)}`));
  return ['flowchart TB', ...boxes, ...arrows, ''].join('\n');
}
