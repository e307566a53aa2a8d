/** One line that says how the system is doing. */
import type { AlertFeed } from './alert-feed.js';
import type { RowCount } from './row-count.js';
import { scrape, type Samples } from './scrape.js';
import type { Terminal } from './terminal.js';

export interface StatusSources {
  /** URLs of the services. */
  readonly ingest: string;
  readonly detector: string;
  readonly recorder: string;
  readonly feed: AlertFeed;
  readonly rows: RowCount;
}

/** What one look at the services shows; `null` where one does not answer. */
export interface Figures {
  readonly atMs: number;
  readonly eventsIn: number | null;
  readonly detectorLag: number | null;
  readonly recorderLag: number | null;
  readonly raised: number;
  readonly retracted: number;
  readonly rows: number | null;
}

const ON_TERMINAL_MS = 1_000;
const ELSEWHERE_MS = 10_000;

/** Metrics of the services that are shown here. */
export const SHOWN_METRICS = {
  eventsIn: 'vigil_ingest_events_out_total',
  detectorLag: 'vigil_detector_log_lag_messages',
  recorderLag: 'vigil_recorder_lag_messages',
} as const;

export class StatusLine {
  private last: Figures | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly sources: StatusSources,
    private readonly terminal: Terminal,
  ) {}

  start(): void {
    const everyMs = this.terminal.isInteractive ? ON_TERMINAL_MS : ELSEWHERE_MS;
    const tick = async () => {
      await this.refresh();
      if (!this.stopped) this.timer = setTimeout(() => void tick(), everyMs);
    };
    void tick();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.terminal.showStatus('');
  }

  private async refresh(): Promise<void> {
    this.sources.rows.refresh();
    const figures = await this.look();
    if (this.stopped) return;
    const text = statusText(figures, this.last);
    const first = this.last === null;
    this.last = figures;
    if (this.terminal.isInteractive) this.terminal.showStatus(text);
    else if (!first) this.terminal.line(text);
  }

  private async look(): Promise<Figures> {
    const { ingest, detector, recorder, feed, rows } = this.sources;
    const [fromIngest, fromDetector, fromRecorder] = await Promise.all(
      [ingest, detector, recorder].map((url) => scrape(url)),
    );
    return {
      atMs: Date.now(),
      eventsIn: figure(fromIngest, SHOWN_METRICS.eventsIn) ?? (fromIngest === null ? null : 0),
      detectorLag: figure(fromDetector, SHOWN_METRICS.detectorLag),
      recorderLag: figure(fromRecorder, SHOWN_METRICS.recorderLag),
      raised: feed.raised,
      retracted: feed.retracted,
      rows: rows.rows,
    };
  }
}

function figure(samples: Samples | null, name: string): number | null {
  return samples?.get(name) ?? null;
}

/** The rate is that since `last`; alerts are those since the start. */
export function statusText(now: Figures, last: Figures | null): string {
  const alerts = `${count(now.raised)} ${now.raised === 1 ? 'alert' : 'alerts'}`;
  return [
    `${rate(now, last)} events/s`,
    now.retracted > 0 ? `${alerts} (${count(now.retracted)} retracted)` : alerts,
    `${count(now.rows)} rows`,
    `behind: detector ${count(now.detectorLag)}, recorder ${count(now.recorderLag)}`,
  ].join(' · ');
}

function rate(now: Figures, last: Figures | null): string {
  if (now.eventsIn === null || last === null || last.eventsIn === null) return '–';
  // A service that was started again counts from 0.
  const events = now.eventsIn >= last.eventsIn ? now.eventsIn - last.eventsIn : now.eventsIn;
  return count(Math.round((events * 1_000) / Math.max(1, now.atMs - last.atMs)));
}

function count(value: number | null): string {
  return value === null ? '–' : value.toLocaleString('en');
}
