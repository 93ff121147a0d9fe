import { useCpu } from '../support/cpu';
import { LAYER_NETS } from './layers';
import { MODEL_NETS } from './models';
import { netContract } from './net-contract';

// The nets of every layer, builder, model and way of sharing; large-nets.test.ts has those of the large builders.

useCpu();

netContract({ ...LAYER_NETS, ...MODEL_NETS });
