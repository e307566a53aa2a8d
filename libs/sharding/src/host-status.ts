/** Where a host stands, for health and metrics. */
import type { ShardPhase } from './shard-state.js';

export interface HostStatus {
  readonly phases: Readonly<Record<ShardPhase, number>>;
  /** Shards that another process has taken. */
  readonly lost: readonly number[];
  /** Sequence of the log message that was folded last. */
  readonly position: number;
  /** Its log time, epoch milliseconds; 0 before the first. */
  readonly positionTimeMs: number;
  /** First message of the replay, and the one after which it is done. */
  readonly replayFrom: number;
  readonly replayUntil: number;
  /** Messages of a batch that wait to be folded. */
  readonly mailbox: number;
  /** Decisions that wait or are in flight. */
  readonly outbox: number;
  readonly deadLetters: number;
  readonly copiesDropped: number;
  /** Milliseconds between the log's time and the watermark of the shard that lags most; null before any event. */
  readonly watermarkLagMs: number | null;
  /** Largest observed out-of-orderness bound of all shards, milliseconds. */
  readonly disorderBoundMs: number;
}
