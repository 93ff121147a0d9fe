import type { LayersModel, layers, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../internal/in-order';

/** A tensor of a net. */
export interface Value {
  /** Without the axis of the batch; null where a side depends on the image. */
  readonly shape: readonly (number | null)[];
  /** Samples of it for each that goes into the net: more than 1 where a layer repeats the batch. */
  readonly samples: number;
}

/** A use of a layer; a layer that is shared has several. */
export interface LayerCall {
  /** The layer's name, behind those of the nets around it, joined by '/'. */
  readonly name: string;
  readonly layer: layers.Layer;
  /** How often the layer was used before. */
  readonly use: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** What a net computes: its layers in their order, those of nets within it among them. */
export interface Calls {
  readonly calls: readonly LayerCall[];
  readonly outputs: readonly Value[];
}

const list = <V>(one: V | V[]): V[] => (Array.isArray(one) ? one : [one]);

/** The sizes of what a layer returns: those of the net, or where they depend on the image, what comes of its inputs. */
function outputShapes(layer: layers.Layer, inputs: readonly Value[], symbolic: readonly SymbolicTensor[]): Shape[] {
  const shapes = symbolic.map(({ shape }) => shape);
  if (inputs.length === 0 || !shapes.some((shape) => shape.includes(null, 1))) return shapes;
  const taken = inputs.map(({ shape }): Shape => [null, ...shape]);
  const found = layer.computeOutputShape(taken.length === 1 ? taken[0] : taken);
  return (Array.isArray(found[0]) ? found : [found]) as Shape[];
}

function samplesBehind(layer: layers.Layer, [first]: readonly Value[]): number {
  const { times, parts } = layer.getConfig() as { readonly times: number; readonly parts: number };
  if (layer.getClassName() === 'TfjsMultitaskRepeatBatch') return first.samples * times;
  return layer.getClassName() === 'TfjsMultitaskSliceBatch' ? first.samples / parts : (first?.samples ?? 1);
}

/** Follows a net from its inputs to its outputs. `size`: the sides of images, where the net takes any. */
export function followCalls(net: LayersModel, size: readonly number[] = []): Calls {
  const calls: LayerCall[] = [];
  const uses = new Map<layers.Layer, number>();

  const call = (layer: layers.Layer, name: string, inputs: readonly Value[], outputs: readonly Value[]): void => {
    const use = uses.get(layer) ?? 0;
    uses.set(layer, use + 1);
    calls.push({ name, layer, use, inputs, outputs });
  };

  const follow = (inner: LayersModel, inputs: readonly Value[], path: string): Value[] => {
    const values = new Map<SymbolicTensor, Value>(inner.inputs.map((x, i) => [x, inputs[i]]));
    for (const x of inOrder(inner.outputs)) {
      if (values.has(x)) continue;
      const layer = x.sourceLayer;
      const name = `${path}${layer.name}`;
      const symbolic = list(layer.getOutputAt(x.nodeIndex as number));
      const taken = list(layer.getInputAt(x.nodeIndex as number)).map((input) => values.get(input) as Value);
      let outputs: Value[];
      if ('layers' in layer) outputs = follow(layer as LayersModel, taken, `${name}/`);
      else {
        const samples = samplesBehind(layer, taken);
        outputs = outputShapes(layer, taken, symbolic).map((shape) => ({ shape: shape.slice(1), samples }));
        call(layer, name, taken, outputs);
      }
      for (const [i, output] of symbolic.entries()) values.set(output, outputs[i]);
    }
    return inner.outputs.map((x) => values.get(x) as Value);
  };

  const inputs = net.inputs.map(({ shape: [, ...shape] }): Value => {
    const unknown = shape.filter((side) => side === null).length;
    const known = unknown === size.length ? [...size] : [];
    return { shape: shape.map((side) => side ?? known.shift() ?? null), samples: 1 };
  });
  for (const [i, { sourceLayer: layer, name }] of net.inputs.entries()) {
    call(layer, 'layers' in layer ? name : layer.name, [], [inputs[i]]);
  }
  return { calls, outputs: follow(net, inputs, '') };
}
