/** What some messages of `EVENTS` hold: rows by lane, rule versions, source marks, and what could not be read. */
import type { DeadLetter } from '#contracts';
import { type EventRow, mergeVersions, type RuleVersionRow } from '#postgres';
import type { SourceMark } from '#sharding';

/** Below so many rows, a second connection costs more than it gains. */
const LEAST_ROWS_TO_SPLIT = 1_000;

export class EventBatch {
  readonly rules: RuleVersionRow[] = [];
  readonly letters: DeadLetter[] = [];
  /** By source and epoch: the last mark of each. */
  readonly marks = new Map<string, SourceMark>();
  private lanes: EventRow[][];
  private merged: readonly (readonly EventRow[])[] | null = null;
  private added = 0;

  constructor(laneCount: number) {
    this.lanes = Array.from({ length: laneCount }, () => []);
  }

  /** Rows as they came, copies included. */
  get rowCount(): number {
    return this.added + this.rules.length;
  }

  /** All versions of one account's events are in one lane, since an account has one shard. */
  push(shard: number, row: EventRow): void {
    this.lanes[shard % this.lanes.length].push(row);
    this.added += 1;
  }

  /** Remembers where the lanes end, to undo what is pushed afterwards. */
  savepoint(): () => void {
    const lengths = this.lanes.map((lane) => lane.length);
    const added = this.added;
    return () => {
      this.lanes.forEach((lane, i) => (lane.length = lengths[i]));
      this.added = added;
    };
  }

  /** The rows of each lane, each identity once, in key order. Nothing may be pushed any more. */
  rowsByLane(): readonly (readonly EventRow[])[] {
    if (this.merged === null) {
      const split = this.added >= LEAST_ROWS_TO_SPLIT ? this.lanes : [this.lanes.flat()];
      this.merged = split.map((rows) => mergeVersions(rows)).filter((rows, i) => i === 0 || rows.length > 0);
      this.lanes = [];
    }
    return this.merged;
  }
}
