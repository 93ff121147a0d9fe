import type { Shape } from '@tensorflow/tfjs-layers';
import { type Copied, type Form, type Part, perChannel, pointwise } from './form';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const areImages = (inputs: readonly Shape[]): boolean => inputs.every((shape) => shape.length === 4);

/** The name of the part that has output `i` of a layer with several. */
const output = (i: number): string => `output${i + 1}`;

/** Each output is the sum of the inputs, with a factor for each channel of each. */
const crossStitch: Form = {
  parts(_, inputs) {
    if (!areImages(inputs)) return undefined;
    const all = numbers(inputs.length);
    return all.flatMap((i): Part[] => [
      ...all.map((j) => perChannel(`${i + 1}from${j + 1}`, [j], false)),
      { name: output(i), className: 'Add', from: all.map((j) => `${i + 1}from${j + 1}`) },
    ]);
  },
  output,
  weights: ({ alpha: [count, , alphas] }, [[, , , channels]]) =>
    numbers(count).flatMap((i) =>
      numbers(count).map((j) => ({
        name: `${i + 1}from${j + 1}/depthwise_kernel`,
        shape: [1, 1, channels as number, 1],
        from: 'alpha',
        place: (c: number) => (i * count + j) * alphas + (alphas === 1 ? 0 : c),
      })),
    ),
};

/** Each output is a convolution 1x1 of all inputs, whose kernel repeats an alpha along each pair of subspaces. */
const subspaceMix: Form = {
  parts(_, inputs) {
    if (!areImages(inputs)) return undefined;
    const channels = inputs[0][3] as number;
    return [
      { name: 'all', className: 'Concatenate', from: numbers(inputs.length) },
      ...numbers(inputs.length).map((i) => pointwise(output(i), channels, ['all'], false)),
    ];
  },
  output,
  weights({ alpha: [parts] }, inputs) {
    const channels = inputs[0][3] as number;
    const size = (channels * inputs.length) / parts;
    return numbers(inputs.length).map(
      (i): Copied => ({
        name: `${output(i)}/kernel`,
        shape: [1, 1, channels * inputs.length, channels],
        from: 'alpha',
        place(at) {
          const [from, to] = [Math.floor(at / channels), i * channels + (at % channels)];
          const within = from % size === to % size;
          return within ? Math.floor(to / size) * parts + Math.floor(from / size) : -1;
        },
      }),
    );
  },
};

/** A gate of a dense layer over the means of all channels, of which each expert takes its own number. */
const expertMixture: Form = {
  parts(_, inputs) {
    if (!areImages(inputs)) return undefined;
    const count = inputs.length;
    const experts = numbers(count);
    return [
      ...experts.map((e): Part => ({ name: `mean${e + 1}`, className: 'GlobalAveragePooling2D', from: [e] })),
      { name: 'means', className: 'Concatenate', from: experts.map((e) => `mean${e + 1}`) },
      { name: 'gates', className: 'Dense', config: { units: count, activation: 'softmax' }, from: ['means'] },
      { name: 'column', className: 'Reshape', config: { target_shape: [count, 1, 1] }, from: ['gates'] },
      ...experts.flatMap((e): Part[] => {
        const cropping = [
          [e, count - 1 - e],
          [0, 0],
        ];
        return [
          { name: `gate${e + 1}`, className: 'Cropping2D', config: { cropping }, from: ['column'] },
          { name: `gated${e + 1}`, className: 'Multiply', from: [e, `gate${e + 1}`] },
        ];
      }),
      { name: '', className: 'Add', from: experts.map((e) => `gated${e + 1}`) },
    ];
  },
  weights: ({ kernel, bias }) => [
    { name: 'gates/kernel', shape: kernel, from: 'kernel', place: (i) => i },
    { name: 'gates/bias', shape: bias, from: 'bias', place: (i) => i },
  ],
};

/** Its layers are put in place where its batch is repeated, one for each condition. */
const film: Form = {
  parts: () => undefined,
  weights: ({ gamma: [conditions, channels] }) =>
    numbers(conditions).flatMap((k): Copied[] => {
      const place = (c: number) => k * channels + c;
      return [
        { name: `${k + 1}/depthwise_kernel`, shape: [1, 1, channels, 1], from: 'gamma', place },
        { name: `${k + 1}/bias`, shape: [channels], from: 'beta', place },
      ];
    }),
};

/** The forms of the layers that ways of sharing put between tasks, by their class. */
export const SHARING_FORMS: Readonly<Record<string, Form>> = {
  TfjsMultitaskCrossStitch: crossStitch,
  TfjsMultitaskSubspaceMix: subspaceMix,
  TfjsMultitaskExpertMixture: expertMixture,
  TfjsMultitaskFilm: film,
};
