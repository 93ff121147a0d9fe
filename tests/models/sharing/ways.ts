import {
  cgc,
  crossStitch,
  film,
  hardSharing,
  mmoe,
  mtan,
  ple,
  type Sharing,
  sluice,
  softSharing,
} from '../../../src/models/index';
import { TINY_ENCODER_PARAMETERS } from './models';

const E = TINY_ENCODER_PARAMETERS;

/** Ways of sharing, each with its parameters for two tasks on levels of 2 and 4 channels, by hand. */
export const WAYS: Record<string, { sharing: Sharing; parameters: number }> = {
  hardSharing: { sharing: hardSharing(), parameters: E },
  'crossStitch, an alpha a channel': { sharing: crossStitch(), parameters: 2 * E + 4 * 2 + 4 * 4 },
  'crossStitch, an alpha per level': { sharing: crossStitch({ per: 'tensor' }), parameters: 2 * E + 4 + 4 },
  'softSharing, L2': { sharing: softSharing({ strength: 0.5 }), parameters: 2 * E },
  'softSharing, trace norm': { sharing: softSharing({ distance: 'trace', strength: 0.5 }), parameters: 2 * E },
  // A gate over n inputs of c channels has n c n weights and n biases. The mask has one on 2 and one on 4 channels, the
  // grade, whose head takes no skip, one on 4.
  'mmoe, 3 experts': { sharing: mmoe(), parameters: 3 * E + (18 + 3) + 2 * (36 + 3) },
  'cgc, 1 + 1': { sharing: cgc(), parameters: 3 * E + (8 + 2) + 2 * (16 + 2) },
  'cgc, 2 shared and 1 own': { sharing: cgc({ shared: 2 }), parameters: 4 * E + (18 + 3) + 2 * (36 + 3) },
  'ple, 1 + 1': { sharing: ple(), parameters: 3 * E + 2 * (8 + 2 + 16 + 2) + (18 + 3) },
  'ple, 1 shared and 2 own': { sharing: ple({ own: 2 }), parameters: 5 * E + 2 * (18 + 3 + 36 + 3) + (50 + 5) },
  // A task's attention: 1x1 from 2 to 2 and 2 to 2, 3x3 from 2 to 4, 1x1 from 4 + 4 to 4 and 4 to 4 channels.
  'mtan, no norm': { sharing: mtan({ norm: 'none' }), parameters: E + 2 * (6 + 6 + 76 + 36 + 20) },
  // A batch normalization has four numbers per channel in place of the bias.
  mtan: { sharing: mtan(), parameters: E + 2 * (4 + 4 + 72 + 32 + 16 + 4 * (2 + 2 + 4 + 4 + 4)) },
  film: { sharing: film(), parameters: E + 2 * 2 * (2 + 4) },
  // The first level has two units, the last one: 2 tasks x 2 subspaces squared.
  sluice: { sharing: sluice(), parameters: 2 * E + 3 * 16 },
};
