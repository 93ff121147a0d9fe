import { add, engine, ones, type Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core';

type Node = ReturnType<typeof engine>['state']['activeTape'][number];

/** A forward pass that gradients can be taken of any number of times, also later, until it is disposed. */
export interface Tape {
  /**
   * The gradients of some tensors of the forward pass with respect to `leaves`, added up: `outputs` holds pairs of a
   * tensor and the gradient that comes in there (left out: ones). Leaves are ends: nothing flows through them to what
   * they were made from. A leaf that nothing reaches gets undefined.
   */
  gradients(
    outputs: readonly (readonly [tensor: Tensor, gradient?: Tensor])[],
    leaves: readonly Tensor[],
  ): (Tensor | undefined)[];
  dispose(): void;
}

function disposeSaved(nodes: readonly Node[]): void {
  for (const node of nodes) for (const tensor of node.saved ?? []) tensor.dispose();
}

/** Disposes what tfjs keeps for gradients that an error has cut off; it does so itself only where they are taken to their end. */
export function dropTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return; // those of a function around this one
  disposeSaved(state.activeTape ?? []);
  state.activeTape = [];
}

/** The nodes on a way from a leaf, in their order, and the tensors that depend on one. */
function nodesFrom(nodes: readonly Node[], leaves: readonly Tensor[]): { used: Node[]; depends: Set<number> } {
  const ends = new Set(leaves.map(({ id }) => id));
  const depends = new Set(ends);
  const used = nodes.filter((node) => {
    if (node.outputs.some(({ id }) => ends.has(id))) return false;
    if (!Object.values(node.inputs).some(({ id }) => depends.has(id))) return false;
    for (const { id } of node.outputs) depends.add(id);
    return true;
  });
  return { used, depends };
}

/**
 * Runs `forward` and keeps what its gradients need. tfjs's own `grads` run the forward pass anew for every output; K
 * tasks would pay for K of them. The tape that tfjs records anyway is taken from its engine before it would be cleared.
 *
 * Must not run inside another gradient. The caller disposes the value, and the tape.
 */
export function record<V extends TensorContainer>(forward: () => V): { readonly value: V; readonly tape: Tape } {
  const { state } = engine();
  if (state.gradientDepth > 0) throw new Error('record: cannot run inside the function of another gradient.');
  state.activeTape = [];
  state.gradientDepth++;
  let value: V;
  try {
    value = tidy(forward) as V;
  } catch (error) {
    disposeSaved(state.activeTape);
    throw error;
  } finally {
    state.gradientDepth--;
  }
  const nodes = state.activeTape;
  state.activeTape = [];

  const gradients: Tape['gradients'] = (outputs, leaves) =>
    tidy(() => {
      if (outputs.length === 0) return leaves.map(() => undefined);
      const { used, depends } = nodesFrom(nodes, leaves);
      const known = new Map<number, Tensor>();
      const collect = ({ id }: { id: number }, gradient: Tensor): void => {
        const before = known.get(id);
        known.set(id, before === undefined ? gradient : add(before, gradient));
      };
      for (const [tensor, gradient] of outputs) collect(tensor, gradient ?? ones(tensor.shape));
      for (const node of used.reverse()) {
        const incoming = node.outputs.map(({ id }) => known.get(id));
        if (incoming.every((gradient) => gradient === undefined)) continue;
        if (node.gradient === undefined) throw new Error(`tfjs has no gradient for ${node.kernelName}.`);
        // A missing one becomes zeros in there.
        const outgoing = node.gradient(incoming as Tensor[]);
        for (const [name, input] of Object.entries(node.inputs)) {
          if (depends.has(input.id)) collect(input, tidy(outgoing[name]));
        }
      }
      return leaves.map(({ id }) => known.get(id));
    }) as (Tensor | undefined)[];

  return { value, tape: { gradients, dispose: () => disposeSaved(nodes) } };
}
