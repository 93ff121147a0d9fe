/** What is exported to; each is also how its files end. */
export const FORMATS = ['onnx', 'keras', 'safetensors'] as const;

export type Format = (typeof FORMATS)[number];

/** The format that the ending of a file's name says. */
export const formatOf = (path: string): Format | undefined => FORMATS.find((format) => path.endsWith(`.${format}`));
