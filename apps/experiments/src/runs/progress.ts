import type { RunConfig } from '../records';

/** How long a training step takes, in steps of the three-task model at 64 x 64 with 8 filters. */
function stepCost({ model, tasks, size, filters }: RunConfig): number {
  const pixels = (size / 64) ** 2;
  if (model === 'cnn8') return 0.1 * pixels;
  const decoders = tasks.filter((task) => task !== 'classification').length;
  return pixels * (filters / 8) ** 1.5 * (0.2 + 0.4 * decoders);
}

/** What a run costs in all, should nothing end it early; `images` is how many it trains on. */
export function costOf(config: RunConfig, images: number): number {
  return stepCost(config) * config.epochs * (config.stepsPerEpoch ?? images / config.batch);
}

/** How far a run is, as a share and in words. */
export function placeOf(
  { epochs, stepsPerEpoch }: RunConfig,
  { epoch, step }: { readonly epoch: number; readonly step: number },
): [share: number, place: string] {
  const within = Math.min(1, step / (stepsPerEpoch ?? Number.POSITIVE_INFINITY));
  return [(epoch + within) / epochs, `epoch ${epoch + 1}/${epochs}`];
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (n: number): string => String(n).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

const QUIET_MS = 60_000;
const REDRAW_MS = 250;

/** Shows how a grid stands: runs done, what each job does, the time left. */
export interface GridProgress {
  step(id: string, share: number, place: string): void;
  /** Shows a line that stays. */
  say(line: string): void;
  /** A run has ended, in whatever way; `line` stays. */
  end(id: string, line: string): void;
  close(): void;
}

export function gridProgress(
  costs: ReadonlyMap<string, number>,
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number } = process.stderr,
  what = 'runs',
): GridProgress {
  const began = Date.now();
  const running = new Map<string, { share: number; place: string }>();
  const first = new Map<string, number>();
  const ended = new Set<string>();
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  let drawnAt = 0;

  const timeLeft = (): string => {
    // What a resumed run had done before does not tell how fast this session is.
    let worked = 0;
    let done = 0;
    for (const [id, cost] of costs) {
      const share = ended.has(id) ? 1 : (running.get(id)?.share ?? 0);
      done += share * cost;
      worked += (share - (first.get(id) ?? 0)) * cost;
    }
    const seconds = (Date.now() - began) / 1000;
    return worked > 0 && seconds > 5
      ? `about ${duration(((total - done) / worked) * seconds)} left`
      : 'time left unknown';
  };
  const summary = (): string => `${ended.size} of ${costs.size} ${what}, ${timeLeft()}`;
  const draw = (now: boolean): void => {
    if (!now && Date.now() - drawnAt < (stream.isTTY ? REDRAW_MS : QUIET_MS)) return;
    drawnAt = Date.now();
    const line = [summary(), ...[...running].map(([id, { place }]) => `${id} ${place}`)].join('  |  ');
    if (stream.isTTY) stream.write(`\r${line.slice(0, (stream.columns || 80) - 1)}\x1b[K`);
    else stream.write(`${line}\n`);
  };
  const say = (line: string): void => {
    stream.write(`${stream.isTTY ? '\r\x1b[K' : ''}${line}\n`);
  };
  return {
    step(id, share, place) {
      if (!first.has(id)) first.set(id, share);
      running.set(id, { share, place });
      draw(false);
    },
    say,
    end(id, line) {
      running.delete(id);
      ended.add(id);
      say(`${line}; ${summary()}`);
    },
    close() {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}
