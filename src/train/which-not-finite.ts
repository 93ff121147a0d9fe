import type { LayersModel } from '@tensorflow/tfjs-layers';
import { findNonFiniteWeight, weightVariables } from '../internal/layer-weights';
import { allFinite } from './step/pass-report';

/** Says which weight is NaN or infinite; undefined where none is, which takes one number from the device to know. */
export async function whichNotFinite(net: LayersModel): Promise<string | undefined> {
  return (await allFinite(weightVariables(net))) ? undefined : findNonFiniteWeight(net);
}
