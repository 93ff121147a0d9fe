// Sizes that the kernels and the JavaScript that cuts the work both count with. Without types, so that both compilers
// read this file: plain numbers here, i32 constants there.

/** Bytes of a tile, 6 rows by 8 columns of sums, and of one of its rows, which is that of a packed panel of B too. */
export const TILE_BYTES = 192;
export const PANEL_ROW = 32;
/** Bytes of six floats, a step of a packed panel of A, and of the six addresses of a tile's rows. */
export const SIX_WORDS = 24;

/** Winograd: the side of a patch, and the places in it, each of which is a matrix product. */
export const PATCH_SIDE = 6;
export const PATCH_PLACES = 36;
/** Bytes added between those places, which would else share cache sets where channels are powers of two. */
export const PLACE_GAP = 64;
/** Bytes of scratch for a transform between its two passes, and behind them for the addresses of a patch. */
export const TRANSFORM_BYTES = 704;
export const ADDRESS_BYTES = 192;
/** Bytes for what `emptyPixels` says of each of at most 96 tiles. */
export const EMPTY_BYTES = 768;

/** A 2x2 convolution of an upsampled image: its products a pixel of the small one. */
export const UPSAMPLE_PLACES = 4;
