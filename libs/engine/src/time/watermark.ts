/** The shard's watermark: the greatest event time less the out-of-orderness bound that was observed lately. */

export class Watermark {
  value = -Infinity;
  private maxTime = -Infinity;
  private period = -Infinity;
  private current = 0;
  private previous = 0;

  /** Periods of observation and the greatest bound are both `allowedLatenessMs`. */
  constructor(private readonly allowedLatenessMs: number) {}

  get bound(): number {
    return Math.max(this.current, this.previous);
  }

  /** Log time is `now`: a new period may begin, and one without messages saw nothing. */
  advance(now: number): void {
    const period = Math.floor(now / Math.max(1, this.allowedLatenessMs));
    if (period === this.period) return;
    this.previous = period === this.period + 1 ? this.current : 0;
    this.current = 0;
    this.period = period;
  }

  /** An event arrives; returns its disorder: how far it is behind the greatest event time, ms. */
  observe(eventTime: number): number {
    const disorder = Math.max(0, this.maxTime - eventTime);
    const capped = Math.min(disorder, this.allowedLatenessMs);
    if (capped > this.current) this.current = capped;
    if (eventTime > this.maxTime) this.maxTime = eventTime;
    const reached = this.maxTime - this.bound;
    if (reached > this.value) this.value = reached;
    return disorder;
  }
}
