/** The watermark of a shard, computed from the list of everything seen so far. */

interface Sighting {
  readonly period: number;
  readonly disorderMs: number;
}

export class BruteWatermark {
  private readonly sightings: Sighting[] = [];
  private maxTime = -Infinity;
  watermarkMs = -Infinity;

  constructor(private readonly allowedLatenessMs: number) {}

  /** Counts an event of the shard: every delivery, duplicates and late ones too. */
  see(eventTimeMs: number, nowMs: number): void {
    const disorderMs = Math.max(0, this.maxTime === -Infinity ? 0 : this.maxTime - eventTimeMs);
    this.sightings.push({ period: this.periodOf(nowMs), disorderMs });
    this.maxTime = Math.max(this.maxTime, eventTimeMs);
    this.watermarkMs = Math.max(this.watermarkMs, this.maxTime - this.boundMs(nowMs));
  }

  /** The largest disorder of the current and the previous period, at most the allowed lateness. */
  boundMs(nowMs: number): number {
    const current = this.periodOf(nowMs);
    const recent = this.sightings.filter(({ period }) => period === current || period === current - 1);
    return Math.min(this.allowedLatenessMs, Math.max(0, ...recent.map(({ disorderMs }) => disorderMs)));
  }

  private periodOf(nowMs: number): number {
    return Math.floor(nowMs / this.allowedLatenessMs);
  }
}
