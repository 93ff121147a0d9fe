const REDRAW_MS = 100;

/** Shows on stderr how many of `total` images are done: a line that is redrawn on a terminal, elsewhere one for each tenth. */
export function showProgress(total: number, shown: boolean, stream = process.stderr): (done: number) => void {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let tenths = 0;
  return (done) => {
    if (!shown) return;
    const text = `${done}/${total} images`;
    if (stream.isTTY) {
      const now = performance.now();
      if (done < total && now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      stream.write(`\r${text}${done < total ? '' : '\n'}`);
    } else if (Math.floor((10 * done) / total) > tenths) {
      tenths = Math.floor((10 * done) / total);
      stream.write(`${text}\n`);
    }
  };
}
