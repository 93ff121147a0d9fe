import { floatBytes, listOf, recordOf, textOf, unsigned } from './plain';
import { type TinyWeight, tinyWeights } from './tiny-net';
import { H5_GRAFTS, type H5Node, writeH5 } from './write-h5';
import { OP_GRAFTS, type Op, writePickle } from './write-pickle';
import { type Field, writeMessage } from './write-protobuf';
import { writeZip, zipEntry } from './write-zip';

/** The bytes of a file and of one beside it. */
interface Written {
  readonly bytes: Buffer;
  readonly beside?: Buffer;
}

/** A format: its files as plain data, which edits can change, and how those are written, whatever they hold. */
export interface Format {
  /** Whether anything tells that numbers changed. */
  readonly hasSums: boolean;
  /** Whether it holds a whole model of Keras. */
  readonly isModel: boolean;
  /** What is put in, and inserted, where the grammar has something like it. */
  readonly grafts: readonly unknown[];
  document(weights: readonly TinyWeight[]): unknown;
  /** Undefined for what cannot be written. */
  write(document: unknown): Promise<Written | undefined> | Written;
}

/** Where the format has a file beside its own. */
export const BESIDE = 'tiny.bin';

const sizes = [2 ** 31, 2 ** 40, 2 ** 53, -4, 3, 4, 8, 12];

const safetensors: Format = {
  hasSums: false,
  isModel: false,
  grafts: [
    ...sizes,
    'F64',
    'BF16',
    'I64',
    'BOOL',
    'F8_E4M3',
    [0, 4],
    [4, 0],
    [8, 20],
    { format: 'keras' },
    { format: 7 },
  ],
  document(weights) {
    let end = 0;
    const entries = weights.map(({ layer, torch, torchShape, torchValues }) => {
      const from = end;
      end += 4 * torchValues.length;
      return [`${layer}.${torch}`, { dtype: 'F32', shape: torchShape, data_offsets: [from, end] }] as const;
    });
    const header = { __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) };
    return { longer: 0, header, data: weights.flatMap(({ torchValues }) => torchValues) };
  },
  write(document) {
    const { longer, header, data } = recordOf(document);
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header ?? null));
    const length = unsigned(text.length + (typeof longer === 'number' ? longer : 0), 8);
    return { bytes: Buffer.concat([length, text, floatBytes(data)]) };
  },
};

const tfjs: Format = {
  hasSums: false,
  isModel: false,
  grafts: [
    ...sizes,
    'int32',
    'complex64',
    'string',
    '../tiny.bin',
    '/etc/passwd',
    'https://example.com/a.bin',
    { dtype: 'uint8', scale: 1, min: 0 },
    { dtype: 'float16' },
    { dtype: 'uint16', scale: 1e308, min: -1e308 },
    BESIDE,
  ],
  document: (weights) => ({
    model: {
      modelTopology: { class_name: 'Model' },
      weightsManifest: [
        {
          paths: [BESIDE],
          weights: weights.map(({ layer, keras, shape }) => ({ name: `${layer}/${keras}`, shape, dtype: 'float32' })),
        },
      ],
    },
    data: weights.flatMap(({ values }) => values),
  }),
  write(document) {
    const { model, data } = recordOf(document);
    return { bytes: Buffer.from(JSON.stringify(model ?? null)), beside: floatBytes(data) };
  },
};

/** Numbers of fields are those of onnx.proto. */
const onnx: Format = {
  hasSums: false,
  isModel: false,
  grafts: [
    { field: 1, number: 2 ** 53 },
    { field: 2, number: 11 },
    { field: 5, text: 'x' },
    { field: 8, text: 'conv.weight' },
    { field: 9, text: '' },
    { field: 4, floats: [1, 2, 3] },
    { field: 14, number: 1 },
    { field: 7, message: [] },
    {
      field: 5,
      message: [
        { field: 1, text: 'alpha' },
        { field: 2, wire: 5, floats: [2] },
      ],
    },
    { field: 1, wire: 3, number: 1 },
    { field: 1, longer: 2 ** 31, text: 'x' },
    { field: 1, longer: -1, text: 'x' },
    ...sizes,
    'Gemm',
    'Conv',
    'Add',
  ],
  document(weights) {
    const node = (type: string, layer: string, names: readonly string[], inputs: number): Field => ({
      field: 1,
      message: [
        { field: 1, text: `in_${layer}` },
        ...names.slice(0, inputs).map((name) => ({ field: 1, text: `${layer}.${name}` })),
        { field: 2, text: `out_${layer}` },
        { field: 3, text: `node_${layer}` },
        { field: 4, text: type },
        ...(type === 'Gemm'
          ? [
              {
                field: 5,
                message: [
                  { field: 1, text: 'transB' },
                  { field: 3, number: 1 },
                ] as readonly Field[],
              },
            ]
          : []),
      ],
    });
    const initializers = weights.map(
      ({ layer, torch, torchShape, torchValues }): Field => ({
        field: 5,
        message: [
          ...torchShape.map((n) => ({ field: 1, number: n })),
          { field: 2, number: 1 },
          { field: 8, text: `${layer}.${torch}` },
          { field: 9, floats: torchValues },
        ],
      }),
    );
    const graph: Field[] = [
      node('Conv', 'conv', ['weight', 'bias'], 2),
      node('BatchNormalization', 'bn', ['weight', 'bias', 'running_mean', 'running_var'], 4),
      node('Gemm', 'out', ['weight', 'bias'], 2),
      ...initializers,
    ];
    return [
      { field: 1, number: 8 },
      { field: 7, message: graph },
    ] satisfies Field[];
  },
  write: (document) => ({ bytes: writeMessage(document) }),
};

/** The steps that put a state dict together, as torch.save writes them without its memo. */
function stateDict(weights: readonly TinyWeight[], view: readonly Op[]): Op[] {
  const small = (n: number): Op => ['BININT1', n];
  const tuple = (shape: readonly number[]): Op[] => [['MARK'], ...shape.map(small), ['TUPLE']];
  const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
  const tensors = weights.flatMap(({ layer, torch, torchShape, torchValues }, i): Op[] => [
    ['BINUNICODE', `${layer}.${torch}`],
    ['GLOBAL', 'torch._utils', '_rebuild_tensor_v2'],
    ['MARK'],
    ['MARK'],
    ['BINUNICODE', 'storage'],
    ['GLOBAL', 'torch', 'FloatStorage'],
    ['BINUNICODE', String(i)],
    ['BINUNICODE', 'cpu'],
    small(torchValues.length),
    ...view,
    ['TUPLE'],
    ['BINPERSID'],
    small(0),
    ...tuple(torchShape),
    ...tuple(torchShape.map((_, axis) => size(torchShape.slice(axis + 1)))),
    ['NEWTRUE'],
    ['GLOBAL', 'collections', 'OrderedDict'],
    ['EMPTY_TUPLE'],
    ['REDUCE'],
    ['TUPLE'],
    ['REDUCE'],
  ]);
  return [
    ['PROTO', 2],
    ['GLOBAL', 'collections', 'OrderedDict'],
    ['EMPTY_TUPLE'],
    ['REDUCE'],
    ['BINPUT', 0],
    ['MARK'],
    ...tensors,
    ['SETITEMS'],
    ['STOP'],
  ];
}

const ZIP_GRAFTS = [{ name: 'tiny/data.pkl', values: [1] }, { name: '../x', values: [] }, 8, 12, ...sizes];

const torch: Format = {
  hasSums: true,
  isModel: false,
  grafts: [...OP_GRAFTS, ...ZIP_GRAFTS],
  document: (weights) => ({
    pickle: stateDict(weights, []),
    entries: [
      zipEntry('tiny/data.pkl'),
      { ...zipEntry('tiny/byteorder'), text: 'little' },
      ...weights.map(({ torchValues }, i) => ({ ...zipEntry(`tiny/data/${i}`), values: torchValues })),
      { ...zipEntry('tiny/version'), text: '3\n' },
    ],
  }),
  write(document) {
    const { pickle, entries } = recordOf(document);
    const bytes = writeZip(entries, (name, entry) => {
      const { text, values } = recordOf(entry);
      if (name.endsWith('.pkl')) return writePickle(pickle);
      return text === undefined ? floatBytes(values) : Buffer.from(textOf(text));
    });
    return { bytes };
  },
};

const MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');

const torchLegacy: Format = {
  hasSums: false,
  isModel: false,
  grafts: [...OP_GRAFTS, ...sizes],
  document: (weights) => ({
    pickles: [
      [['PROTO', 2], ['BININT2', 1001], ['STOP']],
      [['PROTO', 2], ['EMPTY_DICT'], ['BINUNICODE', 'little_endian'], ['NEWTRUE'], ['SETITEM'], ['STOP']],
      stateDict(weights, [['NONE']]),
      [
        ['PROTO', 2],
        ['EMPTY_LIST'],
        ['MARK'],
        ...weights.map((_, i): Op => ['BINUNICODE', String(i)]),
        ['APPENDS'],
        ['STOP'],
      ],
    ],
    storages: weights.map(({ torchValues }) => ({ longer: 0, values: torchValues })),
  }),
  write(document) {
    const { pickles, storages } = recordOf(document);
    const parts = listOf(storages).flatMap((storage) => {
      const { longer, values } = recordOf(storage);
      const count = listOf(values).length + (typeof longer === 'number' ? longer : 0);
      return [unsigned(count, 8), floatBytes(values)];
    });
    return { bytes: Buffer.concat([MAGIC, ...listOf(pickles).map(writePickle), ...parts]) };
  },
};

const LAYERS = ['conv', 'bn', 'out'];

const dataset = ({ shape, values }: TinyWeight): H5Node => ({ shape, dtype: '<f', values });

/** As Keras 2 wrote it: lists of names. */
function legacyGroup(weights: readonly TinyWeight[]): H5Node {
  const members = LAYERS.map((layer) => {
    const own = weights.filter((weight) => weight.layer === layer);
    const inside = Object.fromEntries(own.map((weight) => [`${weight.keras}:0`, dataset(weight)]));
    const names = own.map(({ keras }) => `${layer}/${keras}:0`);
    return [layer, { attrs: { weight_names: names }, members: { [layer]: { members: inside } } }] as const;
  });
  return { attrs: { layer_names: LAYERS, backend: 'tensorflow' }, members: Object.fromEntries(members) };
}

/** As Keras 3 writes it: the lists of each layer's weights. */
function varsGroup(weights: readonly TinyWeight[]): H5Node {
  const classes = { conv: 'conv2d', bn: 'batch_normalization', out: 'dense' } as const;
  const members = LAYERS.map((layer) => {
    const own = weights.filter((weight) => weight.layer === layer);
    const vars = Object.fromEntries(own.map((weight, i) => [String(i), dataset(weight)]));
    return [
      classes[layer as keyof typeof classes],
      { members: { vars: { attrs: { name: layer }, members: vars } } },
    ] as const;
  });
  return { members: { layers: { members: Object.fromEntries(members) }, optimizer: { members: {} } } };
}

function layerOf(className: string, name: string, config: object, before: string | undefined): unknown {
  const history = (layer: string) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 1], dtype: 'float32', keras_history: [layer, 0, 0] },
  });
  const nodes = before === undefined ? [] : [{ args: [history(before)], kwargs: {} }];
  return { module: 'keras.layers', class_name: className, config: { name, ...config }, name, inbound_nodes: nodes };
}

/** The config of Keras 3. */
const kerasConfig = () => ({
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  config: {
    name: 'tiny',
    trainable: true,
    layers: [
      layerOf('InputLayer', 'image', { batch_shape: [null, 4, 4, 1], dtype: 'float32' }, undefined),
      layerOf(
        'Conv2D',
        'conv',
        {
          filters: 3,
          kernel_size: [2, 2],
          strides: [1, 1],
          padding: 'valid',
          data_format: 'channels_last',
          dilation_rate: [1, 1],
          groups: 1,
          activation: 'linear',
          use_bias: true,
        },
        'image',
      ),
      layerOf(
        'BatchNormalization',
        'bn',
        { axis: -1, momentum: 0.99, epsilon: 0.001, center: true, scale: true },
        'conv',
      ),
      layerOf('GlobalAveragePooling2D', 'pool', { data_format: 'channels_last', keepdims: false }, 'bn'),
      layerOf('Dense', 'out', { units: 2, activation: 'linear', use_bias: true }, 'pool'),
    ],
    input_layers: [['image', 0, 0]],
    output_layers: [['out', 0, 0]],
  },
});

const CONFIG_GRAFTS = [
  'LSTM',
  'Lambda',
  'Functional',
  'Sequential',
  'Dropout',
  'softmax',
  'gelu',
  'causal',
  'same',
  ['conv', 0, 0],
  ['out', 0, 0],
  [null, 1e9, 1e9, 1],
  [null, null, null, 1],
  { class_name: 'Lambda', config: { code: 'x' } },
  ...sizes,
];

const kerasH5: Format = {
  hasSums: false,
  isModel: true,
  grafts: [...H5_GRAFTS, ...CONFIG_GRAFTS],
  document: (weights) => ({
    config: kerasConfig(),
    root: { attrs: { keras_version: '3.15.1' }, members: { model_weights: legacyGroup(weights) } },
  }),
  async write(document) {
    const { config, root } = recordOf(document);
    const { attrs, ...rest } = recordOf(root);
    const bytes = await writeH5({
      ...rest,
      attrs: { ...recordOf(attrs), model_config: JSON.stringify(config ?? null) },
    });
    return bytes && { bytes };
  },
};

const kerasWeights: Format = {
  hasSums: false,
  isModel: false,
  grafts: H5_GRAFTS,
  document: (weights) => varsGroup(weights),
  async write(document) {
    const bytes = await writeH5(document);
    return bytes && { bytes };
  },
};

const keras: Format = {
  hasSums: true,
  isModel: true,
  grafts: [...H5_GRAFTS, ...CONFIG_GRAFTS, ...ZIP_GRAFTS],
  document: (weights) => ({
    config: kerasConfig(),
    root: varsGroup(weights),
    entries: [
      { ...zipEntry('metadata.json'), text: '{"keras_version": "3.15.1"}' },
      zipEntry('config.json'),
      zipEntry('model.weights.h5'),
    ],
  }),
  async write(document) {
    const { config, root, entries } = recordOf(document);
    const weights = await writeH5(root);
    if (weights === undefined) return undefined;
    const bytes = writeZip(entries, (name, entry) => {
      const { text, values } = recordOf(entry);
      if (name === 'config.json') return Buffer.from(JSON.stringify(config ?? null));
      if (name.endsWith('.h5')) return weights;
      return text === undefined ? floatBytes(values) : Buffer.from(textOf(text));
    });
    return { bytes };
  },
};

export const FORMATS = {
  'tiny.h5': kerasH5,
  'tiny.weights.h5': kerasWeights,
  'tiny.keras': keras,
  'tiny.pth': torch,
  'tiny-legacy.pth': torchLegacy,
  'tiny.safetensors': safetensors,
  'tiny.onnx': onnx,
  'tiny.json': tfjs,
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export const WEIGHTS = tinyWeights();
