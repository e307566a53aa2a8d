/** A progress bar on a terminal, nothing elsewhere. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number): void;
  stop(): void;
}

const NONE: Progress = { update: () => undefined, stop: () => undefined };

/** `unit` is what is counted; without a known total only the count is shown. */
export function showProgress(total: number | null, unit: string, enabled: boolean): Progress {
  if (!enabled || !process.stderr.isTTY) return NONE;
  if (total === null) return showCount(unit);
  const format = `{bar} {percentage}%  {value}/{total} ${unit}  {eta_formatted} left`;
  const bar = new SingleBar(
    { format, stream: process.stderr, hideCursor: true, fps: 5 },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { update: (done) => bar.update(Math.min(done, total)), stop: () => bar.stop() };
}

function showCount(unit: string): Progress {
  let shownAt = 0;
  return {
    update: (done) => {
      if (Date.now() - shownAt < 200) return;
      shownAt = Date.now();
      process.stderr.write(`\r\x1b[K${done.toLocaleString('en')} ${unit}`);
    },
    stop: () => void process.stderr.write('\r\x1b[K'),
  };
}
