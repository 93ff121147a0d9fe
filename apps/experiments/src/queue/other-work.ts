/** Work that this machine would do with other code, images or models than the one that asked for it. */
export class OtherWork extends Error {}
