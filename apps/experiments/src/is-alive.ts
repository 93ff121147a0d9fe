/** When this process began, in milliseconds since 1970: with its number, what no other process has. */
export const BEGAN = Math.round(performance.timeOrigin);

/**
 * Whether a process still runs. Numbers are used again: one that is this process's own was another's where that began at
 * another time, as after each restart of a container.
 */
export function isAlive(pid: number, began: number): boolean {
  if (pid === process.pid) return began === BEGAN;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
