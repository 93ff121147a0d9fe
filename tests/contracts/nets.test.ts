import { useCpu } from '../support/cpu';
import { LAYER_NETS } from './layers';
import { MODEL_NETS } from './models';
import { netContract } from './net-contract';

// The nets of every layer, builder, model and way of sharing; published-nets.test.ts has those of published networks.

useCpu();

netContract({ ...LAYER_NETS, ...MODEL_NETS });
