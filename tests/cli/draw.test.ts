import { input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { drawParts } from '../../src/cli/inspect/draw-parts';
import { followCalls } from '../../src/cli/inspect/follow-calls';
import { toMermaid } from '../../src/cli/inspect/mermaid';
import { partsOf } from '../../src/cli/inspect/parts';
import { useCpu } from '../support/cpu';

useCpu();

function branched() {
  const dense = (name: string, x: SymbolicTensor) => layers.dense({ units: 2, name }).apply(x) as SymbolicTensor;
  const x = input({ shape: [3], name: 'x' });
  const trunk = dense('trunk/b', dense('trunk/a', x));
  const left = dense('left', trunk);
  const sum = layers.add({ name: 'right/sum' }).apply([dense('right/c', trunk), left]) as SymbolicTensor;
  return followCalls(layersModel({ inputs: x, outputs: [left, dense('right', sum)] }));
}

it('draws the parts as a tree, each below the last of those that it takes from', () => {
  const dense = (name: string, x: SymbolicTensor) => layers.dense({ units: 2, name }).apply(x) as SymbolicTensor;
  const x = input({ shape: [3], name: 'x' });
  const trunk = dense('trunk/b', dense('trunk/a', x));
  const outputs = [dense('left', trunk), dense('middle/b', dense('middle/a', trunk)), dense('right', trunk)];
  const { calls } = followCalls(layersModel({ inputs: x, outputs }));
  const describe = ({ calls: own }: { readonly calls: readonly unknown[] }) => `${own.length}`;
  expect(drawParts(partsOf(calls), describe).split('\n')).toEqual([
    'x          1',
    '│',
    'trunk      2',
    '├─ left    1',
    '├─ middle  2',
    '└─ right   1',
  ]);
  expect(drawParts(partsOf(branched().calls), describe).split('\n')).toEqual([
    'x      1',
    '│',
    'trunk  2',
    '│',
    'left   1',
    '│',
    'right  3, also from trunk',
  ]);
});

it('writes all layers and arrows for Mermaid', () => {
  const lines = toMermaid(branched()).split('\n');
  expect(lines[0]).toBe('flowchart TB');
  expect(lines).toContain('    l1["trunk/a<br/>Dense<br/>2"]');
  expect(lines.filter((line) => line.includes('-->'))).toHaveLength(7);
  expect(lines.filter((line) => line.startsWith('  subgraph'))).toHaveLength(4);
});

it('names what Mermaid has signs for by their numbers', () => {
  const x = input({ shape: [3], name: 'x' });
  const layer = layers.activation({ activation: 'relu', name: 'relu' });
  const { calls, outputs } = followCalls(layersModel({ inputs: x, outputs: layer.apply(x) as SymbolicTensor }));
  const strange = calls.map((call) => ({ ...call, name: 'a"]; click' }));
  expect(toMermaid({ calls: strange, outputs })).toContain('["a#34;#93;#59; click<br/>Activation');
});
