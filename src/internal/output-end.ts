import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Output, OutputKind } from '../types';

/** Where an output of a net gets its activation. */
export interface OutputEnd {
  /** The activation's name in tfjs-layers. */
  readonly activation: string;
  /** What the layer with the activation returns. */
  readonly at: SymbolicTensor;
  /** What layers behind it return that move its values and do not change them, in their order; the last is the output. */
  readonly moved: readonly SymbolicTensor[];
  /** True where the layer is part of a net within the net. */
  readonly nested: boolean;
}

/** Layers whose option `activation` is the last thing that they compute. */
const ACTIVATED = new Set([
  'Activation',
  'Dense',
  'Conv1D',
  'Conv2D',
  'Conv2DTranspose',
  'Conv3D',
  'Conv3DTranspose',
  'DepthwiseConv2D',
  'SeparableConv2D',
]);

/** Layers that hand on each value as it is, or leave it out. */
const MOVING = new Set(['Cropping2D', 'Flatten', 'Permute', 'Reshape']);

const lastOf = ({ shape }: SymbolicTensor): number => shape[shape.length - 1] ?? 0;

function activationOf({ sourceLayer: layer, shape }: SymbolicTensor): string | undefined {
  const { activation, axis } = layer.getConfig();
  const name = layer.getClassName();
  if (name === 'Softmax') return axis === -1 || axis === shape.length - 1 ? 'softmax' : undefined;
  return ACTIVATED.has(name) && typeof activation === 'string' ? activation : undefined;
}

/** Finds the end of an output; undefined where no layer that this library knows gives it an activation. */
export function findOutputEnd(output: SymbolicTensor): OutputEnd | undefined {
  const moved: SymbolicTensor[] = [];
  let at = output;
  let nested = false;
  for (;;) {
    const layer = at.sourceLayer;
    if ('layers' in layer) {
      const { outputs } = layer as LayersModel;
      at = outputs[at.outputTensorIndex ?? 0];
      nested = true;
    } else if (MOVING.has(layer.getClassName())) {
      moved.unshift(at);
      at = at.inputs[0];
    } else {
      const activation = activationOf(at);
      return activation === undefined ? undefined : { activation, at, moved, nested };
    }
  }
}

function kindOf(end: OutputEnd | undefined, width: number): OutputKind {
  if (end === undefined) return 'unknown';
  if (end.activation === 'sigmoid' || end.activation === 'hardSigmoid') return 'probability';
  if (end.activation !== 'softmax') return 'value';
  // The classes must still lie on the last axis.
  const keepsClasses = end.moved.every(
    ({ sourceLayer, inputs: [input], shape }) =>
      sourceLayer.getClassName() !== 'Permute' && lastOf(input) === shape[shape.length - 1],
  );
  return keepsClasses && lastOf(end.at) === width ? 'distribution' : 'unknown';
}

/** What an output of a net holds, as far as its last activation tells. */
export function readOutput(output: SymbolicTensor): Output {
  const width = output.shape.length > 1 ? lastOf(output) : 1;
  if (output.sourceLayer.getClassName() === 'TfjsMultitaskCapsuleLength') return { kind: 'probability', width };
  return { kind: kindOf(findOutputEnd(output), width), width };
}
