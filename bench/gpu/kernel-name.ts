/** The name of the kernel that a shader belongs to, from the shader's key. */
export function kernelName(key: string): string {
  const [first, second] = key.split('_');
  return first === 'tiledProduct' ? second : first;
}
