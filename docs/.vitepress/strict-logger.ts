function refuse(message: string): never {
  throw new Error(`A warning of VitePress: ${message}`);
}

/** A logger for Vite that ends the build at its first warning. */
export const strictLogger = {
  hasWarned: false,
  info: (message: string) => console.log(message),
  warn: refuse,
  warnOnce: refuse,
  error: (message: string) => console.error(message),
  clearScreen: () => {},
  hasErrorLogged: () => false,
};
