/**
 * What is of Amyar et al., 2020: its model, the models that it is compared with, and a drawn chest CT to train them on.
 *
 * @module tfjs-multitask/paper
 */

export { type Amyar2020Options, type Amyar2020Task, amyar2020 } from './amyar2020';
export { type Cnn8Options, cnn8 } from './cnn8';
export { type PhantomSource, phantomSources } from './phantom/acquisition';
export { type LesionType, lesionTypes } from './phantom/lesions';
export { type PhantomKind, phantomKinds } from './phantom/patterns';
export {
  type PhantomDataset,
  type PhantomDatasetOptions,
  type PhantomTask,
  phantomDataset,
} from './phantom/phantom-dataset';
export { type PhantomSlice, type PhantomSliceOptions, phantomSlice } from './phantom/phantom-slice';
export { type UNetOptions, unet } from './unet';
