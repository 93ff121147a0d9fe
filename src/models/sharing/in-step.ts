import { type SymbolicTensor, input as symbolicInput } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../internal/in-order';
import type { Encoder, Features } from '../../types';
import { disposeUnused } from './dispose-unused';

type Layer = SymbolicTensor['sourceLayer'];
type Node = Layer['inboundNodes'][number];

/**
 * Puts other feature maps in the place of one level's: one for each encoder, of the same shape. `goesOn` is false where
 * no further level of the encoder sees them.
 */
export type Between = (featureMaps: SymbolicTensor[], level: number, goesOn: boolean) => SymbolicTensor[];

/** One encoder, whose feature maps can be computed one after another. */
interface Steps {
  /** The feature maps of the encoder as it was first built, each after those that it depends on. */
  readonly featureMaps: readonly SymbolicTensor[];
  /** Computes a feature map from what has been put in the place of those before it. */
  compute(featureMap: SymbolicTensor): SymbolicTensor;
  /** What is seen in the place of `featureMap` from now on. */
  put(featureMap: SymbolicTensor, instead: SymbolicTensor): void;
  features(): Features;
  /** Disposes the layers that have not been connected again. */
  disposeRest(): void;
}

/** Not all nodes: a layer of the encoder may belong to another model as well. */
function remove(node: Node, nodes: Node[]): void {
  const at = nodes.indexOf(node);
  if (at >= 0) nodes.splice(at, 1);
}

function buildOn(input: SymbolicTensor, encoder: Encoder, name: string, seed?: number): Features {
  try {
    return encoder(input, name, seed);
  } catch (error) {
    disposeUnused(input);
    throw error;
  }
}

/**
 * Builds the encoder on an input of its own, undoes the connections between its layers, and connects them again as the
 * feature maps are requested. Building it at once could not put anything between its levels, and applying a layer a
 * second time beside the first would make tfjs count its losses twice and never dispose its weights.
 */
function takeApart(encoder: Encoder, input: SymbolicTensor, name: string, seed?: number): Steps {
  const placeholder = symbolicInput({ shape: input.shape.slice(1), dtype: input.dtype });
  const { skips, bottleneck } = buildOn(placeholder, encoder, name, seed);
  const outputs = new Set([...skips, bottleneck]);
  const tensors = inOrder(outputs);
  const nodes = new Map<SymbolicTensor, Node>();
  for (const x of tensors) nodes.set(x, x.sourceLayer.inboundNodes[x.nodeIndex]);
  for (const node of new Set(nodes.values())) {
    remove(node, node.outboundLayer.inboundNodes);
    for (const { outboundNodes } of node.inboundLayers) remove(node, outboundNodes);
  }
  const current = new Map([[placeholder, input]]);
  const compute = (x: SymbolicTensor): SymbolicTensor => {
    const known = current.get(x);
    if (known !== undefined) return known;
    const { inputTensors, outputTensors, outboundLayer, callArgs } = nodes.get(x)!;
    const inputs = inputTensors.map(compute);
    const applied = [outboundLayer.apply(inputs.length === 1 ? inputs[0] : inputs, callArgs)].flat();
    // `apply` has counted one more use of the layer; the first one is gone.
    outboundLayer.dispose();
    for (const [i, output] of outputTensors.entries()) current.set(output, applied[i] as SymbolicTensor);
    return current.get(x)!;
  };
  return {
    featureMaps: tensors.filter((x) => outputs.has(x)),
    compute,
    put: (featureMap, instead) => void current.set(featureMap, instead),
    features: () => ({ skips: skips.map(compute), bottleneck: compute(bottleneck) }),
    disposeRest() {
      const connected = [...nodes].flatMap(([x, node]) => (current.has(x) ? [node] : []));
      for (const node of new Set(nodes.values())) if (!connected.includes(node)) node.outboundLayer.dispose();
    },
  };
}

/**
 * Builds one encoder for each name and runs them level by level beside each other: `between` gets the feature maps of a
 * level and returns those that the next level and the heads see. Levels are the skips and the bottleneck, in the order
 * in which they are computed.
 */
export function inStep(
  input: SymbolicTensor,
  encoder: Encoder,
  names: readonly string[],
  seed: number | undefined,
  between: Between,
): Features[] {
  const encoders: Steps[] = [];
  try {
    for (const name of names) encoders.push(takeApart(encoder, input, name, seed));
    const [{ featureMaps: first }] = encoders;
    for (const level of first.keys()) {
      const goesOn = inOrder(first.slice(level + 1)).includes(first[level]);
      const featureMaps = encoders.map((steps) => steps.compute(steps.featureMaps[level]));
      const mixed = between(featureMaps, level, goesOn);
      for (const [i, steps] of encoders.entries()) steps.put(steps.featureMaps[level], mixed[i]);
    }
    return encoders.map((steps) => steps.features());
  } catch (error) {
    // What is connected to the input already is found from there.
    for (const steps of encoders) steps.disposeRest();
    throw error;
  }
}
