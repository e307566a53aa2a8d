import type { LogMessage } from '#jetstream';
import type { PositionMove } from '#postgres';

/** What becomes of the messages of one stream. The pump decides when to write, the sink knows what. */
export interface BatchSink<B> {
  readonly stream: string;
  /** An empty batch. */
  begin(): B;
  /** Adds what the message holds. Never throws for the message's content: what cannot be read is refused input. */
  add(batch: B, message: LogMessage): void;
  rowsIn(batch: B): number;
  /**
   * Stores the rows, and the position in the same transaction as the last of them. May be called again for the same
   * batch after a failure. Rejects with `FencedError`, or with what PostgreSQL or the log said.
   */
  write(batch: B, move: PositionMove): Promise<void>;
}
