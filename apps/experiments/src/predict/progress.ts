/** Where progress is shown: a terminal, or a log. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

const REDRAW_MS = 100;
const WIDTH = 24;

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** A bar with the time left, redrawn on a terminal; elsewhere a line for each tenth. Give it how many are done. */
export function showProgress(total: number, stream: ProgressStream = process.stderr): (done: number) => void {
  const began = performance.now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let tenths = 0;
  return (done) => {
    const now = performance.now();
    const left = duration(((now - began) / 1000) * (total / done - 1));
    const text = `${done}/${total} images  ${done < total ? `${left} left` : duration((now - began) / 1000)}`;
    if (stream.isTTY) {
      if (done < total && now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      const full = Math.floor((WIDTH * done) / total);
      stream.write(`\r[${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${text}\x1b[K${done < total ? '' : '\n'}`);
    } else if (Math.floor((10 * done) / total) > tenths) {
      tenths = Math.floor((10 * done) / total);
      stream.write(`${text}\n`);
    }
  };
}
