/** The formats that are read. */
export type WeightFormat = 'keras-h5' | 'keras-weights' | 'keras' | 'torch' | 'safetensors' | 'onnx' | 'tfjs';

/** The order of a kernel's axes: `'keras'` `[height, width, in, out]`, `'torch'` `[out, in, height, width]`. */
export type WeightLayout = 'keras' | 'torch';

/** How numbers are stored. */
export type StoredType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

/** Which weight of which layer a tensor is, as the file says it. */
export interface WeightPlace {
  /** The names of the layer and of the models that it lies in, from the outermost: `'vgg16/block1_conv1'`. */
  readonly layer: string;
  /** Its name in the layer, `'kernel'`, or its place in the list of the layer's weights. */
  readonly weight: string | number;
  /** Its place in the list of the layer's weights, where `weight` may be a name that only the file knows. */
  readonly position?: number | undefined;
  /** Whether the file knows no names: then `layer` is the class and a count, `'conv2d_1'` for the second convolution. */
  readonly isCounted?: boolean | undefined;
}

/** A tensor of a weight file. */
export interface StoredTensor {
  /** As the file has it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: StoredType;
  /** Where it belongs; undefined where only its name tells. */
  readonly place?: WeightPlace | undefined;
  /** Of this tensor; undefined where the file does not say. */
  readonly layout?: WeightLayout | undefined;
  /** The values, read from the file now, as the nearest float32. @throws {Error} that names the tensor where it is torn. */
  read(): Float32Array;
}

/** A weight file whose list of tensors has been read; the values are read one by one. */
export interface WeightFile {
  readonly format: WeightFormat;
  /** Path, address or file name, as errors name it. */
  readonly source: string;
  /** What belongs to a network, in the order of the file. */
  readonly tensors: readonly StoredTensor[];
  /** Names of what is no weight of a layer: an optimizer's state, counters, seeds of random numbers. */
  readonly besides: readonly string[];
  /** Lets go of what is held open. What was not read before cannot be read then. */
  close(): void;
}
