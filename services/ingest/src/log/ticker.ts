/** Writes an empty frame when this process has written nothing for a while: the log's time is the only clock. */

export interface TickTarget {
  /** When anything was last written, by the same clock as `now`. */
  readonly lastStoredAt: number;
  tick(): Promise<unknown>;
}

export class Ticker {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly target: TickTarget,
    private readonly intervalMs: number,
    private readonly now: () => number,
  ) {}

  start(): void {
    this.schedule(this.intervalMs);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.tickIfDue(), Math.max(afterMs, 1));
  }

  private async tickIfDue(): Promise<void> {
    const leftMs = this.target.lastStoredAt + this.intervalMs - this.now();
    if (leftMs > 0) return this.schedule(leftMs);
    await this.target.tick();
    this.schedule(this.intervalMs);
  }
}
