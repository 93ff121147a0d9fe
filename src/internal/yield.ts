const INTERVAL_MS = 20;

/**
 * Lets the event loop run, at most every 20 ms. On the cpu and WebAssembly backends a tensor's data is ready at once,
 * so a training loop that only awaits data would never let a timer, a signal or a redraw through.
 */
export function eventLoopYielder(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < INTERVAL_MS) return;
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    last = performance.now();
  };
}
