/**
 * Whether the log has room for events. The last part of it is left for what the system itself must write: ticks,
 * rule changes, forwards; without those nothing could ever make room again.
 *
 * The server is asked about once a second; in between, what this process has written is counted.
 */
export interface RoomState {
  readonly bytes: number;
  /** -1 or 0: no limit. */
  readonly maxBytes: number;
}

export class LogRoom {
  private bytes = 0;
  private limit = Infinity;
  private maxBytes = Infinity;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly headroom: number) {}

  get available(): boolean {
    return this.bytes < this.limit;
  }

  /** Why there is none, for people. */
  describe(): string {
    return `the log holds ${this.bytes} of ${this.maxBytes} bytes; the last ${this.headroom}% are kept for the system itself`;
  }

  /** Counts what was written since the server was last asked. */
  written(bytes: number): void {
    this.bytes += bytes;
  }

  learn({ bytes, maxBytes }: RoomState): void {
    this.bytes = bytes;
    this.maxBytes = maxBytes > 0 ? maxBytes : Infinity;
    this.limit = this.maxBytes * (1 - this.headroom / 100);
  }

  /** Asks again and again; what cannot be learnt now is learnt later. */
  watch(ask: () => Promise<RoomState>, intervalMs: number): void {
    const next = async (): Promise<void> => {
      await ask().then(
        (state) => this.learn(state),
        () => undefined,
      );
      if (this.timer !== null) this.timer = setTimeout(() => void next(), intervalMs).unref();
    };
    this.timer = setTimeout(() => void next(), 0).unref();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
