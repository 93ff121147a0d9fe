import { add, clone, dispose, engine, ones, type Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core';

type Node = ReturnType<typeof engine>['state']['activeTape'][number];

/** A forward pass that gradients can be taken of any number of times, also later, until it is disposed. */
export interface Tape {
  /**
   * The gradients of some tensors of the forward pass with respect to `leaves`, added up: `outputs` holds pairs of a
   * tensor and the gradient that comes in there (left out: ones). Leaves are ends: nothing flows through them to what
   * they were made from. For a leaf that nothing reaches the gradient is undefined.
   *
   * With `last`, what the forward pass kept is disposed as soon as this has no more use for it, and the tape is of no
   * use afterwards: the backward pass then needs little more memory than the forward pass left.
   */
  gradients(
    outputs: readonly (readonly [tensor: Tensor, gradient?: Tensor])[],
    leaves: readonly Tensor[],
    options?: { readonly last?: boolean },
  ): (Tensor | undefined)[];
  /** Whether the value of `tensor` has a slope along one of `others`, as far as the kernels tell. */
  dependsOn(tensor: Tensor, others: readonly Tensor[]): boolean;
  dispose(): void;
}

function disposeSaved(nodes: readonly Node[]): void {
  for (const node of nodes) for (const tensor of node.saved ?? []) tensor.dispose();
}

/** The gradients of some inputs of a node, each a tensor of its own, whatever its gradient function handed on. */
function gradientsOf(node: Node, incoming: readonly (Tensor | undefined)[], names: readonly string[]): Tensor[] {
  const { kernelName, gradient: compute } = node;
  if (compute === undefined) throw new Error(`tfjs has no gradient for ${kernelName}.`);
  return tidy(() => {
    // A missing one becomes zeros there.
    const outgoing = compute(incoming as Tensor[]);
    const gradients = names.map((name) => outgoing[name]());
    const scope = engine().state.activeScope.id;
    return gradients.map((gradient, i) => {
      const isNew = gradient.scopeId === scope && !gradient.kept && gradients.indexOf(gradient) === i;
      return isNew ? gradient : clone(gradient);
    });
  });
}

/** Comparisons and logic, and places of maxima: steps, whose slope is 0 wherever they have one. */
const isStep = ({ kernelName, gradient, outputs }: Node): boolean =>
  outputs.every(({ dtype }) => dtype === 'bool' || dtype === 'int32') &&
  (gradient === undefined || ['ArgMax', 'ArgMin'].includes(kernelName));

/** The nodes on a way from a leaf, in their order, and the tensors that depend on one. */
function nodesFrom(nodes: readonly Node[], leaves: readonly Tensor[]): { used: Node[]; depends: Set<number> } {
  const ends = new Set(leaves.map(({ id }) => id));
  const depends = new Set(ends);
  const used = nodes.filter((node) => {
    if (isStep(node) || node.outputs.some(({ id }) => ends.has(id))) return false;
    if (!Object.values(node.inputs).some(({ id }) => depends.has(id))) return false;
    for (const { id } of node.outputs) depends.add(id);
    return true;
  });
  return { used, depends };
}

/** Runs `body` without a record, within a recorded forward pass too: nothing of it is kept, and what it returns is constant. */
export function untaped<R>(body: () => R): R {
  const { state } = engine();
  const { gradientDepth } = state;
  state.gradientDepth = 0;
  try {
    return body();
  } finally {
    state.gradientDepth = gradientDepth;
  }
}

/**
 * Runs `forward` and keeps what its gradients need. tfjs's own `grads` repeat the forward pass for every output; K
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

  const gradients: Tape['gradients'] = (outputs, leaves, { last = false } = {}) =>
    tidy(() => {
      if (outputs.length === 0) return leaves.map(() => undefined);
      const { used, depends } = nodesFrom(nodes, leaves);
      const known = new Map<number, Tensor>();
      /** Takes over `gradient`, which nothing else may use or dispose. */
      const collect = ({ id }: { id: number }, gradient: Tensor): void => {
        const before = known.get(id);
        known.set(id, before === undefined ? gradient : add(before, gradient));
        if (before !== undefined) dispose([before, gradient]);
      };
      for (const [tensor, gradient] of outputs) {
        collect(tensor, gradient === undefined ? ones(tensor.shape) : clone(gradient));
      }
      for (const node of used.reverse()) {
        const incoming = node.outputs.map(({ id }) => known.get(id));
        if (incoming.some((gradient) => gradient !== undefined)) {
          const names = Object.keys(node.inputs).filter((name) => depends.has(node.inputs[name].id));
          const gradients = gradientsOf(node, incoming, names);
          for (const [i, name] of names.entries()) collect(node.inputs[name], gradients[i]);
          for (const { id } of node.outputs) known.delete(id);
          dispose(incoming.filter((gradient) => gradient !== undefined));
        }
        if (last) disposeSaved([node]);
      }
      return leaves.map(({ id }) => known.get(id));
    }) as (Tensor | undefined)[];

  const dependsOn: Tape['dependsOn'] = ({ id }, others) => nodesFrom(nodes, others).depends.has(id);

  return { value, tape: { gradients, dependsOn, dispose: () => disposeSaved(nodes) } };
}
