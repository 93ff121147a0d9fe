import { checkOptions } from '../../internal/check-options';
import { unique } from '../../internal/unique';
import { describeModel } from '../describe';
import { channelsFirst, channelsLast } from '../graph/axes';
import { foldBatchNorm as fold } from '../graph/fold-batch-norm';
import type { Graph, GraphLayer, Value, Weight } from '../graph/graph';
import { readGraph } from '../graph/read-graph';
import { checkExport, checkLayout, checkSize, type Exportable, type ExportOptions, type Layout } from '../options';
import { torchWriter } from './call-writer';
import { TORCH_LAYERS } from './layers';
import { PREAMBLE } from './preamble';
import { writeSafetensors } from './write-safetensors';

/** Options of {@link toSafetensors}. */
export interface ToSafetensorsOptions<T extends string> extends ExportOptions<T> {
  /** Of what the module takes and returns. Default: `'NCHW'`, as PyTorch has it. */
  readonly layout?: Layout | undefined;
}

const CALLER = 'toSafetensors';

/** The names of the modules. One without a slash could be that of a method of PyTorch's: 'type', 'half'. */
function moduleKeys({ calls }: Graph): ReadonlyMap<GraphLayer, string> {
  const key = unique();
  const layers = [...new Set(calls.map(({ layer }) => layer))];
  return new Map(
    layers.map((layer) => {
      const { name, className } = layer;
      const own = name.includes('/') ? name : `${name}/${className.replace('TfjsMultitask', '').toLowerCase()}`;
      return [layer, key(own.replaceAll('.', '_'))];
    }),
  );
}

interface Written {
  readonly modules: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, Weight>;
  readonly lines: readonly string[];
  readonly inputs: readonly string[];
  /** The expressions of the outputs. */
  readonly outputs: readonly string[];
}

function writeCalls(graph: Graph, layout: Layout): Written {
  const keys = moduleKeys(graph);
  const modules = new Map<string, string>();
  const tensors = new Map<string, Weight>();
  const lines: string[] = [];
  const names = new Map<Value, string>();
  const turned = (x: string, order: readonly number[]): string =>
    layout === 'NCHW' || order.length < 3 ? x : `${x}.permute(${order.join(', ')})`;
  const inputs = graph.inputs.map((_, i) => `x${graph.inputs.length === 1 ? '' : i + 1}`);
  for (const [i, { value }] of graph.inputs.entries()) {
    lines.push(`v${names.size} = ${turned(inputs[i], channelsFirst(value.shape.length))}`);
    names.set(value, `v${names.size}`);
  }
  for (const call of graph.calls) {
    const key = keys.get(call.layer) as string;
    const taken = call.inputs.map((value) => names.get(value) as string);
    const written = TORCH_LAYERS[call.layer.className](torchWriter(call, taken, key, CALLER));
    if (written.module !== undefined) modules.set(key, written.module);
    for (const [name, weight] of Object.entries(written.tensors ?? {})) tensors.set(`${key}.${name}`, weight);
    lines.push(`v${names.size} = ${written.result}`);
    names.set(call.output, `v${names.size}`);
  }
  const outputs = graph.outputs.map(({ value }) =>
    turned(names.get(value) as string, channelsLast(value.shape.length)),
  );
  return { modules, tensors, lines, inputs, outputs };
}

function moduleSource({ modules, lines, inputs, outputs }: Written, tasks: readonly string[] | undefined): string {
  const indented = (rows: readonly string[], width: number) =>
    rows.map((row) => `${' '.repeat(width)}${row}\n`).join('');
  const entries = [...modules].map(([key, module]) => `${JSON.stringify(key)}: ${module},`);
  const returned =
    tasks === undefined
      ? `(${outputs.join(', ')},)`
      : `{${tasks.map((task, i) => `${JSON.stringify(task)}: ${outputs[i]}`).join(', ')}}`;
  return (
    `${PREAMBLE}\n\nclass Model(nn.ModuleDict):\n    def __init__(self):\n        super().__init__({\n${indented(entries, 12)}` +
    `        })\n\n    def forward(self, ${inputs.join(', ')}):\n${indented([...lines, `return ${returned}`], 8)}`
  );
}

/**
 * Writes a model for PyTorch: its weights in the format of safetensors, and the source of a module of Python that has them.
 *
 * The module, `Model`, takes images with channels behind the batch, `[batch, channels, height, width]`, unless `layout` is
 * `'NHWC'`, and returns a dictionary by task; of a net of TensorFlow.js that is no multitask model, a tuple of its outputs.
 * Numbers are the same within rounding after `eval()`. The names of tensors begin with those of their layers. What is said of
 * preprocessing and thresholds, and what outputs hold, stands in the file's metadata.
 *
 * @throws {RangeError} that names the layers which have no form in PyTorch; for a model over 2 GB; for an unknown option, and for
 * a threshold of no output.
 * @throws {TypeError} for what is no model, and for options of another kind.
 * @throws {Error} for a model that was disposed.
 * @example
 * ```ts
 * import { toSafetensors } from 'tfjs-multitask/export';
 * import { unet } from 'tfjs-multitask/models';
 * import { writeBytes } from 'tfjs-multitask/node';
 *
 * const [weights, source] = await toSafetensors(unet({ inputShape: [8, 8, 1], filters: [2, 3] }));
 * await writeBytes('unet.safetensors', weights);
 * await writeBytes('unet.py', new TextEncoder().encode(source));
 * ```
 */
export async function toSafetensors<T extends string>(
  model: Exportable<T>,
  options: ToSafetensorsOptions<NoInfer<T>> = {},
): Promise<readonly [weights: Uint8Array, source: string]> {
  checkOptions(options, ['layout', 'foldBatchNorm', 'preprocessing', 'thresholds'], CALLER);
  const { layout = 'NCHW', foldBatchNorm = false } = options;
  const { net, tasks } = checkExport(model, options, CALLER);
  checkLayout(layout, CALLER);
  checkSize(net, CALLER);
  const graph = await readGraph(net, Object.keys(TORCH_LAYERS), CALLER);
  const written = writeCalls(foldBatchNorm ? fold(graph) : graph, layout);
  const weights = writeSafetensors(written.tensors, { ...describeModel(model, options), layout });
  return [weights, moduleSource(written, tasks)];
}
