// An optional peer without types of its own. Its other entry, compiled to WebAssembly, prints when Node loads it.
declare module 'libsvm-js/asm.js' {
  interface Machine {
    train(samples: readonly (readonly number[] | Float64Array)[], labels: readonly number[]): void;
    /** The indices of the support vectors among the samples, in the order in which a model has them. */
    getSVIndices(): number[];
    serializeModel(): string;
    free(): void;
  }
  interface Libsvm {
    new (options: Readonly<Record<string, unknown>>): Machine;
    readonly SVM_TYPES: { readonly C_SVC: string };
    readonly KERNEL_TYPES: { readonly PRECOMPUTED: string };
  }
  const libsvm: Promise<Libsvm>;

  // biome-ignore lint/style/noDefaultExport: it is what the package exports
  export { libsvm as default };
}
