/**
 * A stretch of an account's entries none of which can go for a while: sweeps pass over it without looking. An entry
 * is touched at its own arrival or later, so what follows from the arrivals bounds the stretch for good.
 *
 * Invariant: until log time reaches `untilMs` or the watermark `untilWatermarkMs`, no entry in [from, to) may go;
 * and none of them makes a sweep due before `dueMs`.
 */
export class CalmStretch {
  from = 0;
  to = 0;
  untilMs = Infinity;
  untilWatermarkMs = Infinity;
  dueMs = Infinity;
  /** No use to look for a better stretch before this log time. */
  lookAgainMs = -Infinity;

  get length(): number {
    return this.to - this.from;
  }

  isCalm(now: number, watermark: number): boolean {
    return now < this.untilMs && watermark < this.untilWatermarkMs;
  }

  clear(): void {
    this.from = 0;
    this.to = 0;
    this.untilMs = Infinity;
    this.untilWatermarkMs = Infinity;
    this.dueMs = Infinity;
  }

  /** An entry was inserted at `index`: what comes after it within the stretch is no longer part of it. */
  inserted(index: number): void {
    if (index >= this.to) return;
    if (index <= this.from) {
      this.from++;
      this.to++;
    } else this.to = index;
  }

  removing(index: number): void {
    if (index >= this.to) return;
    if (index < this.from) this.from--;
    this.to--;
  }
}
