import { checkOptions } from '../../internal/check-options';
import { joinBytes } from '../../internal/join-bytes';
import { type Bytes, inside, integer, message, text } from '../../internal/write-protobuf';
import { describeModel } from '../describe';
import { channelsFirst, channelsLast } from '../graph/axes';
import { foldBatchNorm as fold } from '../graph/fold-batch-norm';
import type { End, Graph, Value } from '../graph/graph';
import { readGraph } from '../graph/read-graph';
import { checkExport, checkLayout, checkSize, type Exportable, type ExportOptions, type Layout } from '../options';
import { onnxBuilder } from './builder';
import { callWriter } from './call-writer';
import { ONNX_LAYERS } from './layers';

/** Options of {@link toOnnx}. */
export interface ToOnnxOptions<T extends string> extends ExportOptions<T> {
  /** Of inputs and outputs. Default: `'NHWC'`. */
  readonly layout?: Layout | undefined;
}

const CALLER = 'toOnnx';
const OPSET = 17;
/** Of the format, that brought this opset. */
const IR_VERSION = 8;

/** Sizes with channels behind the batch. */
const inLayout = ({ name, value: { shape } }: End, layout: Layout): End => ({
  name,
  value: { shape: layout === 'NHWC' ? shape : channelsFirst(shape.length).map((axis) => shape[axis]) },
});

function writeGraph({ inputs, outputs, calls }: Graph, name: string, layout: Layout): Bytes {
  const builder = onnxBuilder([...inputs, ...outputs].map((end) => end.name));
  const values = new Map<Value, string>();
  for (const { name: end, value } of inputs) {
    const rank = value.shape.length;
    const turned = layout === 'NHWC' && rank > 2;
    values.set(value, turned ? builder.add(end, 'Transpose', [end], { perm: channelsFirst(rank) }) : end);
  }
  for (const call of calls) {
    const taken = call.inputs.map((value) => values.get(value) as string);
    values.set(call.output, ONNX_LAYERS[call.layer.className](callWriter(call, taken, builder, CALLER)));
  }
  for (const { name: end, value } of outputs) {
    const from = values.get(value) as string;
    const rank = value.shape.length;
    if (layout === 'NHWC' && rank > 2) builder.addNamed(end, 'Transpose', [from], { perm: channelsLast(rank) });
    else builder.addNamed(end, 'Identity', [from]);
  }
  const [first, last] = [inputs, outputs].map((ends) => ends.map((end) => inLayout(end, layout)));
  return builder.finish(name, first, last);
}

/**
 * Writes a model in ONNX, opset 17, for prediction: what onnxruntime, OpenVINO, TensorRT, Core ML's converter and others run.
 *
 * Outputs are named after the tasks, the batch is of any size, and numbers are the same within rounding. The file says what
 * each output holds, and what is said of preprocessing and thresholds (`metadata_props`). Layers of training alone, such as
 * dropout, are left out. Nets of TensorFlow.js that are no multitask models are taken, too.
 *
 * @throws {RangeError} that names the layers which have no form in ONNX; for a model over 2 GB, which no such file holds; for
 * an unknown option, and for a threshold of no output.
 * @throws {TypeError} for what is no model, and for options of another kind.
 * @throws {Error} for a model that was disposed.
 * @example
 * ```ts
 * import { toOnnx } from 'tfjs-multitask/export';
 * import { unet } from 'tfjs-multitask/models';
 * import { writeBytes } from 'tfjs-multitask/node';
 *
 * const model = unet({ inputShape: [8, 8, 1], filters: [2, 3] });
 * await writeBytes('model.onnx', await toOnnx(model, { thresholds: { segmentation: 0.5 } }));
 * ```
 */
export async function toOnnx<T extends string>(
  model: Exportable<T>,
  options: ToOnnxOptions<NoInfer<T>> = {},
): Promise<Uint8Array> {
  checkOptions(options, ['layout', 'foldBatchNorm', 'preprocessing', 'thresholds'], CALLER);
  const { layout = 'NHWC', foldBatchNorm = false } = options;
  const { net } = checkExport(model, options, CALLER);
  checkLayout(layout, CALLER);
  checkSize(net, CALLER);
  const graph = await readGraph(net, Object.keys(ONNX_LAYERS), CALLER);
  const said = Object.entries({ ...describeModel(model, options), layout });
  const file = message(
    integer(1, IR_VERSION),
    text(2, 'tfjs-multitask'),
    text(3, said[0][1]),
    inside(7, writeGraph(foldBatchNorm ? fold(graph) : graph, net.name, layout)),
    inside(8, message(text(1, ''), integer(2, OPSET))),
    ...said.map(([key, value]) => inside(14, message(text(1, key), text(2, value)))),
  );
  return joinBytes(file.parts);
}
