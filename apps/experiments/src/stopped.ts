/** What a shell expects of a command that Ctrl-C ended. */
export const STOPPED = 130;
