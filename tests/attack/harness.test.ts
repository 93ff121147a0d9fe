import { expect, it } from 'vitest';
import { nonsense } from '../../scripts/attack/kinds/nonsense';
import { countCases, planCases } from '../../scripts/attack/plan';
import { runCases } from '../../scripts/attack/run-cases';
import { renderTable } from '../../scripts/attack/table';
import { attacks } from './weak';

const module = new URL('./weak.ts', import.meta.url).href;

it('What hangs, ends its process, takes memory or throws is seen, and the cases after it are tried', async () => {
  const kinds = attacks.map(({ kind }) => kind);
  const orders = kinds.flatMap((kind) => [
    { kind, seed: 1, number: 0 },
    { kind: 'holds', seed: 1, number: kinds.indexOf(kind) },
  ]);
  const results = await runCases(attacks, orders, { module });
  expect(results).toHaveLength(orders.length);
  const faults = results.flatMap(({ case: { kind }, fault }) => (fault === undefined ? [] : [[kind, fault.outcome]]));
  expect(Object.fromEntries(faults)).toEqual({
    loses: 'lost',
    throws: 'crash',
    exits: 'crash',
    'is killed': 'crash',
    spins: 'hang',
    waits: 'hang',
    'takes memory': 'crash',
  });
  expect(renderTable(results).split('\n').at(-1)).toMatch(/^all +16 +1 +4 +2 +0$/);
});

it('A seed draws the same cases each time, and a case with its input is tried as it is', async () => {
  const orders = [0, 1, 2].map((number) => ({ kind: 'loses', seed: 5, number }));
  const inputs = async () =>
    (await runCases(attacks, orders, { module })).map(({ case: one }) => one).sort((a, b) => a.number - b.number);
  const first = await inputs();
  expect(await inputs()).toEqual(first);
  expect(new Set(first.map(({ input }) => JSON.stringify(input))).size).toBeGreaterThan(1);
  const given = { kind: 'loses', seed: 5, number: 0, input: { draw: -1 } };
  expect((await runCases(attacks, [given], { module }))[0].case).toEqual(given);
});

it('Each kind has its share of the cases, at least one, and early ones of every kind come first', () => {
  const [often, seldom] = [
    { ...attacks[0], kind: 'often', share: 99 },
    { ...attacks[0], kind: 'seldom', share: 1 },
  ];
  const counts = countCases([often, seldom], 200);
  expect(counts).toEqual(
    new Map([
      ['often', 198],
      ['seldom', 2],
    ]),
  );
  expect(countCases([often, seldom], 3).get('seldom')).toBe(1);
  const half = planCases(counts, 1).slice(0, 100);
  expect(half.filter(({ kind }) => kind === 'seldom')).toHaveLength(1);
});

it('Nonsense of every kind can be listed for every argument of every export; of arrays the first and the last entry', async () => {
  const inputs = await nonsense.every!('.');
  expect(new Set(inputs.map(({ call }) => call)).size).toBeGreaterThan(200);
  const ofOneHot = inputs.filter(({ call }) => call === 'data.oneHot'); // oneHot([0, 1, 2], 3)
  const places = [...new Set(ofOneHot.map(({ path }) => path.join('.')))];
  expect(places).toEqual(['0', '0.0', '0.2', '1']);
  const kinds = new Set(ofOneHot.map(({ nonsense: kind }) => kind));
  expect(ofOneHot).toHaveLength(places.length * kinds.size);
  expect(kinds.has('a disposed tensor')).toBe(true);
});
