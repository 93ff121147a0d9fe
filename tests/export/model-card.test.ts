import { describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import { modelCard } from '../../src/export/index';
import { useCpu } from '../support/cpu';
import { tinyModel } from '../support/tiny-model';

useCpu();

const facts = {
  name: 'Two sums',
  licence: 'apache-2.0',
  data: 'Drawn numbers.',
  split: 'By row.',
  limits: 'For tests.\n\n- Not for patients.',
};

// Weights: 2 x 2 shared, 2 for each head.
const BEGIN = `---
license: "apache-2.0"
library_name: "tfjs-multitask"
tags:
- "tfjs"
- "multitask"
---

# Two sums

A model of 2 tasks with 8 parameters, made with tfjs-multitask ${version}.
`;

describe('modelCard', () => {
  it('says what the model says, and what must be said', () => {
    const model = tinyModel();
    const input = model.net.inputNames[0];
    expect(modelCard(model, facts)).toBe(`${BEGIN}
## Limits

For tests.

- Not for patients.

## Input

\`${input}\` [batch, 2]

## Outputs

| output | holds | shape | meaning |
| --- | --- | --- | --- |
| \`a\` | value | [batch, 1] |  |
| \`b\` | value | [batch, 1] |  |

## Data

Drawn numbers.

## Split

By row.

## Scores

None were given.

## Licence

apache-2.0
`);
    model.dispose();
  });

  it('says all else that it is told', () => {
    const model = tinyModel();
    const card = modelCard(model, {
      ...facts,
      use: 'To test.',
      tasks: { a: 'the sum | of\nboth' },
      preprocessing: 'None.',
      thresholds: { b: 0.25 },
      scores: {
        a: { mae: 0.123456, rmse: { value: 1 } },
        b: { auc: { value: 0.81234, low: 0.7, high: 0.9, n: 40, standardError: 0.1 } as never },
      },
      scoredOn: 'the test part',
      confidenceLevel: 0.9,
      citation: '@misc{x}',
      tags: ['sums: "two"'],
    });
    expect(card).toContain('- "multitask"\n- "sums: \\"two\\""\n---\n');
    expect(card).toContain('## Use\n\nTo test.\n\n## Limits');
    expect(card).toContain('[batch, 2]\n\nNone.\n\n## Outputs');
    expect(card).toContain('| `a` | value | [batch, 1] | the sum \\| of both |');
    expect(card).toContain('## Positive\n\n`b` from 0.25 on.\n');
    expect(card).toContain(`## Scores

| task | score | value | 90 % interval | n |
| --- | --- | --- | --- | --- |
| a | mae | 0.1235 |  |  |
| a | rmse | 1 |  |  |
| b | auc | 0.8123 | 0.7 to 0.9 | 40 |

On the test part.
`);
    expect(card.endsWith('## Citation\n\n@misc{x}\n')).toBe(true);
    model.dispose();
  });

  it('refuses what is nonsense, by name', () => {
    const model = tinyModel();
    const refused = (more: object, message: RegExp | typeof TypeError) =>
      expect(() => modelCard(model, { ...facts, ...more } as never)).toThrow(message);
    refused({ limits: '' }, /^modelCard: limits must be a text, got an empty one/);
    refused({ data: undefined }, TypeError);
    refused({ license: 'mit' }, /unknown option 'license'\. Did you mean 'licence'/);
    refused({ scores: { c: {} } }, /^modelCard: scores: there is no task 'c'; the tasks are a, b\.$/);
    refused({ thresholds: { a: Number.NaN } }, /^modelCard: thresholds\.a must be a finite number, got NaN/);
    refused(
      { scores: { a: { mae: 'low' } } },
      /^modelCard: scores\.a\.mae must be a number or \{ value, low, high \}, got 'low'/,
    );
    refused({ scores: { a: { mae: { value: Infinity } } } }, /^modelCard: scores\.a\.mae\.value must be a finite/);
    refused({ scores: { a: { mae: { value: 1, low: 0 } } } }, /^modelCard: scores\.a\.mae must have both low and high/);
    refused({ scores: { a: { mae: { value: 1, low: 2, high: 1 } } } }, /must have low up to high, got 2 and 1\.$/);
    refused({ tags: 'mri' }, TypeError);
    refused({ confidenceLevel: 95 }, /^modelCard: confidenceLevel must lie between 0 and 1, got 95/);
    expect(() => modelCard(model.net as never, facts)).toThrow(TypeError);
    model.dispose();
  });
});
