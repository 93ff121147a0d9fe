/** Whether a file is an image that is read here, by its name. */
export const isImageName = (name: string): boolean => /\.(png|jpe?g|tiff?)$/i.test(name);
