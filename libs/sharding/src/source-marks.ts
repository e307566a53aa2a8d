/**
 * The highest sequence seen from each source of frames. A frame at or below its mark is a copy, stored
 * twice after whatever delay, and must not count again.
 *
 * What is answered is a function of the log alone: a mark that was not used for 24 hours of log time is no
 * mark, whether or not it has been removed from memory yet.
 */

export interface SourceMark {
  readonly source: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Log time of the last frame from there, epoch milliseconds. */
  readonly usedAt: number;
}

export const DEFAULT_MARK_LIFE_MS = 86_400_000;

/** How often the expired are removed, in log time; has no effect on the answers. */
const REMOVAL_INTERVAL_MS = 3_600_000;

interface Mark {
  sequence: number;
  usedAt: number;
}

export class SourceMarks {
  private readonly bySource = new Map<string, Map<number, Mark>>();
  private removedAt = -Infinity;

  constructor(private readonly lifeMs = DEFAULT_MARK_LIFE_MS) {}

  static restore(marks: readonly SourceMark[], lifeMs = DEFAULT_MARK_LIFE_MS): SourceMarks {
    const restored = new SourceMarks(lifeMs);
    for (const { source, epoch, sequence, usedAt } of marks) {
      restored.epochsOf(source).set(epoch, { sequence, usedAt });
    }
    return restored;
  }

  /** Whether the frame is new; then it is the mark from now on. `logTimeMs` is the log's time stamp of it. */
  accept(source: string, epoch: number, sequence: number, logTimeMs: number): boolean {
    this.removeExpired(logTimeMs);
    const epochs = this.epochsOf(source);
    const mark = epochs.get(epoch);
    if (mark === undefined || this.isExpired(mark, logTimeMs)) {
      epochs.set(epoch, { sequence, usedAt: logTimeMs });
      return true;
    }
    mark.usedAt = Math.max(mark.usedAt, logTimeMs);
    if (sequence <= mark.sequence) return false;
    mark.sequence = sequence;
    return true;
  }

  /** All marks in a fixed order, for a snapshot. */
  entries(): SourceMark[] {
    const marks: SourceMark[] = [];
    for (const [source, epochs] of this.bySource) {
      for (const [epoch, mark] of epochs) marks.push({ source, epoch, ...mark });
    }
    return marks.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.epoch - b.epoch));
  }

  private epochsOf(source: string): Map<number, Mark> {
    let epochs = this.bySource.get(source);
    if (epochs === undefined) this.bySource.set(source, (epochs = new Map()));
    return epochs;
  }

  private isExpired(mark: Mark, logTimeMs: number): boolean {
    return logTimeMs - mark.usedAt > this.lifeMs;
  }

  private removeExpired(logTimeMs: number): void {
    if (logTimeMs - this.removedAt < REMOVAL_INTERVAL_MS) return;
    this.removedAt = logTimeMs;
    for (const [source, epochs] of this.bySource) {
      for (const [epoch, mark] of epochs) if (this.isExpired(mark, logTimeMs)) epochs.delete(epoch);
      if (epochs.size === 0) this.bySource.delete(source);
    }
  }
}
