export const ISOLATION: Readonly<Record<string, string>>;

/** Reads the file of a path (`/model/model.json`). */
export type Read = (path: string) => Uint8Array | string | undefined | Promise<Uint8Array | string | undefined>;

export function serve(
  read: Read,
  headers?: Readonly<Record<string, string>>,
): Promise<{ readonly address: string; readonly close: () => void }>;
