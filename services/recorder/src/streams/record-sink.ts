/** Streams of which each message is one row: alerts, late events, dead letters. */
import type { DeadLetter } from '#contracts';
import type { LogMessage } from '#jetstream';
import { inTransaction, moveStreamPosition, type PositionMove, type Queryable, reactionTo } from '#postgres';
import type pg from 'pg';
import type { BatchSink } from '../pump/batch-sink.js';
import { storeIsolating, type RefusedRow } from '../refused/isolate.js';

/** What differs from stream to stream. */
export interface RecordKind<R> {
  readonly stream: string;
  /** The row in the message. Throws when there is none to be read. */
  read(message: LogMessage): R;
  /** All of the rows or none; repeatable. */
  store(client: Queryable, rows: readonly R[]): Promise<void>;
  /** What takes the place of a message without a row. */
  unreadable(message: LogMessage, problem: Error): DeadLetter;
  /** What takes the place of a row that PostgreSQL refuses. */
  refused(row: RefusedRow<R>, loggedAtMs: number): DeadLetter;
  /** Where these go; resolves when they are stored. */
  storeLetters(letters: readonly DeadLetter[]): Promise<void>;
}

export interface RecordBatch<R> {
  readonly rows: R[];
  readonly letters: DeadLetter[];
}

export class RecordSink<R> implements BatchSink<RecordBatch<R>> {
  constructor(
    private readonly pool: pg.Pool,
    private readonly kind: RecordKind<R>,
    private readonly onRefused: (reason: string, count: number) => void,
  ) {}

  get stream(): string {
    return this.kind.stream;
  }

  begin(): RecordBatch<R> {
    return { rows: [], letters: [] };
  }

  rowsIn(batch: RecordBatch<R>): number {
    return batch.rows.length + batch.letters.length;
  }

  add(batch: RecordBatch<R>, message: LogMessage): void {
    try {
      batch.rows.push(this.kind.read(message));
    } catch (error) {
      const letter = this.kind.unreadable(message, error as Error);
      batch.letters.push(letter);
      this.onRefused(letter.reason, 1);
    }
  }

  async write(batch: RecordBatch<R>, move: PositionMove): Promise<void> {
    if (batch.letters.length > 0) await this.kind.storeLetters(batch.letters);
    try {
      await inTransaction(this.pool, async (client) => {
        if (batch.rows.length > 0) await this.kind.store(client, batch.rows);
        await moveStreamPosition(client, move);
      });
    } catch (error) {
      if (reactionTo(error) !== 'refused') throw error;
      await this.writeIsolated(batch, move);
    }
  }

  private async writeIsolated(batch: RecordBatch<R>, move: PositionMove): Promise<void> {
    const refused = await storeIsolating(batch.rows, (rows) => this.kind.store(this.pool, rows));
    const letters = refused.map((row) => this.kind.refused(row, move.loggedAtMs));
    if (letters.length > 0) {
      await this.kind.storeLetters(letters);
      this.onRefused(letters[0].reason, letters.length);
    }
    await inTransaction(this.pool, (client) => moveStreamPosition(client, move));
  }
}
