import {
  input,
  layers,
  loadLayersModel,
  type SymbolicTensor,
  sequential,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { checkTopology } from '../../src/models/check-topology';
import { useCpu } from '../support/cpu';
import { saved } from './in-memory';

useCpu();

type Json = Record<string, unknown>;
type Layer = { class_name: string; name: string; config: Json; inbound_nodes: unknown };

const layer = (name: string, inbound: unknown, className = 'ReLU'): Layer => ({
  class_name: className,
  name,
  config: { name, ...(className === 'InputLayer' ? { batch_input_shape: [null, 3] } : {}) },
  inbound_nodes: inbound,
});
const x = layer('x', [], 'InputLayer');
const from = (...names: string[]) => [names.map((name) => [name, 0, 0, {}])];
const graph = (found: unknown, rest: Json = {}): Json => ({
  class_name: 'Model',
  config: { name: 'model', layers: found, input_layers: [['x', 0, 0]], output_layers: [['x', 0, 0]], ...rest },
});
const check = (topology: unknown, longest?: number) => () => checkTopology(topology, 'here', longest);
const at = 'here: modelTopology';

describe('A topology', () => {
  it('passes as TensorFlow.js writes it: shared, nested and wrapped layers', async () => {
    const shared = layers.dense({ units: 3 });
    const inner = sequential({ layers: [layers.dense({ units: 3, inputShape: [3] }), layers.reLU()] });
    const wrapped = layers.bidirectional({
      layer: layers.simpleRNN({ units: 2, recurrentInitializer: 'glorotUniform' }) as never,
      mergeMode: 'concat',
    });
    const a = input({ shape: [3] });
    const once = shared.apply(a) as SymbolicTensor;
    const twice = shared.apply(inner.apply(once)) as SymbolicTensor;
    const sum = layers.add().apply([once, twice, inner.apply(twice) as SymbolicTensor]) as SymbolicTensor;
    const steps = layers.repeatVector({ n: 2 }).apply(sum);
    const net = toModel({ inputs: a, outputs: wrapped.apply(steps) as SymbolicTensor });
    const { modelTopology } = await (await saved(net)).load!();
    check(modelTopology, 12)();
    check({ model_config: modelTopology, keras_version: '2' }, 12)();
    expect(check(modelTopology, 2)).toThrow('units is 3, and no axis of the weights is longer than 2.');
    net.dispose();
  });

  it.each<[string, unknown, string]>([
    ['null', null, `${at}: expected an object, found null.`],
    ['a text', 'model', `${at}: expected an object, found 'model'.`],
    ['bytes', new ArrayBuffer(8), `${at}.className: expected a string, found nothing.`],
    ['a layer', layer('y', []), `${at}: expected a model, found a layer.`],
    [
      'an optimizer',
      { class_name: 'Adam', config: {} },
      `${at}: expected a class of layers that is known here, found 'Adam'`,
    ],
    ['what every object has', { class_name: 'constructor', config: {} }, "found 'constructor'"],
    ['no config', { class_name: 'Model' }, `${at}.config: expected an object, found nothing.`],
    ['no layers', { class_name: 'Model', config: {} }, `${at}.config.layers: expected an array, found nothing.`],
    [
      'an empty sequence',
      { class_name: 'Sequential', config: { layers: [] } },
      `${at}.config.layers: expected some, found none.`,
    ],
    ['no output', graph([x], { output_layers: [] }), `${at}.config.outputLayers: expected some, found none.`],
  ])('is refused where it is %s', (_, topology, message) => {
    expect(check(topology)).toThrow(message);
  });

  it.each<[string, unknown[], string]>([
    [
      'an unknown class',
      [x, layer('y', from('x'), 'Nothing')],
      `${at}.config.layers[1] ('y'): expected a class of layers`,
    ],
    ['an initializer as layer', [x, layer('y', from('x'), 'Zeros')], "known here, found 'Zeros'"],
    [
      'an unknown inbound layer',
      [x, layer('y', from('z'))],
      `${at}.config: layer 'y' takes an input from node 0 of layer 'z', and there is no such layer.`,
    ],
    [
      'an inherited inbound layer',
      [x, layer('y', from('toString'))],
      "node 0 of layer 'toString', and there is no such layer.",
    ],
    ['a huge node', [x, layer('y', [[['x', 1e15, 0]]])], "node 1000000000000000 of layer 'x', and that layer has 1."],
    [
      'a node of a call without inputs',
      [x, layer('y', [[]]), layer('z', from('y'))],
      "node 0 of layer 'y', and that layer has 0.",
    ],
    ['a negative node', [x, layer('y', [[['x', -1, 0]]])], '[0][0][1]: expected an integer of at least 0, found -1.'],
    ['half a node', [x, layer('y', [[['x', 0.5, 0]]])], 'found 0.5.'],
    ['no output of a node', [x, layer('y', [[['x', 0]]])], '[0][0][2]: expected a number, found nothing.'],
    ['inbound nodes in words', [x, layer('y', 'x')], ".inboundNodes: expected an array, found 'x'."],
    ['itself as input', [x, layer('y', from('y'))], "the layers 'y' wait for each other."],
    [
      'a cycle',
      [x, layer('a', from('c', 'x')), layer('b', from('a')), layer('c', from('b')), layer('d', from('x'))],
      "expected a graph without cycles, found one: the layers 'a', 'b', 'c' wait for each other.",
    ],
    [
      'two layers of one name',
      [x, layer('y', from('x')), layer('y', from('x'))],
      "expected different names, found 'y' twice.",
    ],
    ['two names', [x, { ...layer('y', from('x')), config: { name: 'x' } }], "expected the name 'y' in its config too"],
    ['a reserved name', [x, layer('__proto__', from('x'))], "the name '__proto__' is reserved."],
    ['another reserved name', [x, layer('constructor', from('x'))], "the name 'constructor' is reserved."],
    [
      'two spellings',
      [x, { ...layer('y', from('x')), inboundNodes: from('y') }],
      "expected 'inboundNodes' once, found two spellings",
    ],
    [
      'calls that would be made in another order',
      [x, layer('y', [...from('z'), ...from('x')]), layer('z', from('x'))],
      "expected the calls of layer 'y' in an order in which they can be made.",
    ],
    ['a list for a layer', [x, []], `${at}.config.layers[1]: expected an object, found an array of 0.`],
  ])('is refused with %s', (_, found, message) => {
    expect(check(graph(found))).toThrow(message);
  });

  it('is refused for what is inside a layer or a model of it', () => {
    const bad = graph([x, layer('y', from('z'))]).config as Json;
    const nested = { ...layer('m', from('x'), 'Functional'), config: { ...bad, name: 'm' } };
    expect(check(graph([x, nested]))).toThrow(
      "config.layers[1] ('m').config: layer 'y' takes an input from node 0 of layer 'z'",
    );
    const wrapper = layer('w', from('x'), 'TimeDistributed');
    wrapper.config.layer = { class_name: 'toString', config: {} };
    expect(check(graph([x, wrapper]))).toThrow(
      "layers[1] ('w'), inside: expected a class of layers that is known here, found 'toString'",
    );
    expect(check({ class_name: 'Sequential', config: { layers: [nested] } })).toThrow(
      "layer 'y' takes an input from node 0",
    );
  });

  it('is refused in a moment, however large it is', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => layer(`y${i}`, from(i === 0 ? 'x' : `y${i - 1}`)));
    const began = performance.now();
    expect(check(graph([x, ...chain]))).toThrow('here: expected at most 10000 layers, found more.');
    expect(check(graph([...chain.slice(0, 5000).reverse(), x]))).toThrow('expected layers in the order of their calls');
    expect(check(graph([x, layer('y', [from(...Array(50_000).fill('x'))[0]])]))).toThrow(
      'expected at most 20000 inputs, found more.',
    );
    const deep = JSON.parse(`${'{"config":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
    expect(check(deep)).toThrow(`${at}: expected at most 200 levels, found more.`);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('which passes is built by TensorFlow.js, also where it is listed backwards', async () => {
    const chain = Array.from({ length: 100 }, (_, i) => layer(`y${i}`, from(i === 0 ? 'x' : `y${i - 1}`)));
    const topology = graph([...chain.reverse(), x], { output_layers: [['y99', 0, 0]] });
    check(topology)();
    const net = await loadLayersModel({ load: async () => ({ modelTopology: topology as never }) });
    expect(net.outputNames).toEqual(['y99']);
  });
});
