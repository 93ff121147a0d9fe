/**
 * The figures of the paper that are legible, in percent. All other cells of its Table 2 are unknown here and stay so.
 * Sources: Amyar, Modzelewski, Ruan, 2020, doi:10.1101/2020.04.16.20064709; the later version by Amyar, Modzelewski, Li,
 * Ruan, 2020, doi:10.1016/j.compbiomed.2020.104037.
 */
export const PAPER = {
  threeTasks: { dice: 78.52, aucAbove: 93 },
  unet: { 256: 69.09, 512: 67.14 },
  later: { images: 1369, diceAbove: 88, aucAbove: 97 },
} as const;
