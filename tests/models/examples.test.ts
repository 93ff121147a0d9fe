import { readdirSync, readFileSync } from 'node:fs';
import { io, ones } from '@tensorflow/tfjs-core';
import { input, loadLayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as layers from '../../src/layers/index';
import * as models from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { saved } from './in-memory';

useCpu();

/** The code of each `@example` in the sources. */
const examples = ['layers', 'models', 'paper'].flatMap((part) => {
  const folder = new URL(`../../src/${part}/`, import.meta.url);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((file) => file.endsWith('.ts') && !file.startsWith('phantom'));
  return files.flatMap((file) => {
    const source = readFileSync(new URL(file, folder), 'utf8');
    const found = [...source.matchAll(/^ \* @example\n((?: \* .*\n)+)/gm)];
    return found.map(([, lines]) => [`${part}/${file}`, lines.replaceAll(/^ \* /gm, '')] as const);
  });
});

const unet = (seed: number) => models.unet({ inputShape: [4, 4, 1], filters: [2, 3], seed });

/** What the examples take for granted. */
function context() {
  const model = models.amyar2020({ inputShape: [4, 4, 1], filters: [2, 3], tasks: ['segmentation', 'classification'] });
  return {
    ...layers,
    ...models,
    loadLayersModel,
    image: input({ shape: [8, 8, 1] }),
    x: ones([1, 4, 4, 8]),
    slices: ones([2, 4, 4, 1]),
    source: () => [{ x: ones([1, 4, 4, 1]), y: {} }],
    skip: ones([1, 4, 4, 8]),
    gate: ones([1, 4, 4, 3]),
    trained: unet(1),
    model,
    net: model.net,
  };
}

/** Returns what the last `const` of the code holds. */
async function run(code: string, given: object): Promise<unknown> {
  const shadowed: string[] = code.match(/(?<=^const )\w+/gm) ?? [];
  const names = Object.keys(given).filter((name) => !shadowed.includes(name));
  const body = `return (async () => { ${code}\nreturn ${shadowed.at(-1) ?? 'undefined'}; })();`;
  return new Function(...names, body)(...names.map((name) => (given as Record<string, unknown>)[name]));
}

describe("the examples in the docs of the layers, the models and the paper's models", () => {
  beforeAll(async () => {
    const { modelTopology, weightSpecs, weightData } = await (await saved(context().net)).load!();
    const manifest = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
    const weights = io.CompositeArrayBuffer.join(weightData as ArrayBuffer);
    vi.stubGlobal('fetch', async (url: string) =>
      url.endsWith('.json') ? Response.json(manifest) : new Response(weights),
    );
  });
  afterAll(() => vi.unstubAllGlobals());

  it('stand at everything that is exported', () => {
    const exported = Object.keys({ ...layers, ...models });
    const code = examples.map(([, text]) => text).join('\n');
    expect(exported.filter((name) => !new RegExp(`\\b${name}\\(`).test(code))).toEqual([]);
  });

  it.each(examples)('%s runs', async (_, code) => {
    const result = await run(code, context());
    if (/^const /.test(code)) expect(result).toBeDefined();
  });
});
