/** What the engine takes and gives. The engine is pure: no clock, no input or output, no randomness. */
import type { AccountEvent, AlertDecision, LateDecision, RuleVersion } from '#contracts';

export interface EngineSettings {
  readonly shard: number;
  /** How long history is kept beyond the widest window that needs it, and how late an event may come. */
  readonly allowedLatenessMs: number;
  /** How long an account remembers, in log time, what it has let go. */
  readonly letGoMarkMs: number;
  /** Most history entries of one actor; beyond it the oldest are let go. */
  readonly maxActorHistory: number;
  /** Least log time between two sweeps of one actor's history; 0 sweeps at every event. */
  readonly sweepIntervalMs: number;
}

export const DEFAULT_ENGINE_SETTINGS: Omit<EngineSettings, 'shard'> = {
  allowedLatenessMs: 600_000,
  letGoMarkMs: 86_400_000,
  maxActorHistory: 100_000,
  sweepIntervalMs: 60_000,
};

/** Receives decisions in the order in which they are made. */
export interface DecisionSink {
  alert(decision: AlertDecision): void;
  late(decision: LateDecision): void;
}

export interface EngineCounters {
  readonly eventsIn: number;
  readonly duplicates: number;
  readonly corrections: number;
  readonly outOfOrder: number;
  readonly late: number;
  readonly alertsRaised: number;
  readonly alertsRetracted: number;
  readonly historyCapped: number;
  readonly accounts: number;
  readonly entries: number;
}

/**
 * The fold over one shard's log. Calls come in log order: `beginMessage` once for each message of the
 * log (a frame, a rule change, a tick), whether or not it holds anything for this shard, then the events.
 */
export interface ShardFold {
  /** Time passes: `logTimeMs` is the log's own time stamp of message `sequence`. */
  beginMessage(sequence: number, logTimeMs: number): void;
  applyEvent(event: AccountEvent, index: number, sink: DecisionSink): void;
  applyRule(version: RuleVersion): void;
  /** Event time before which nothing more is expected; -Infinity before the first event. */
  readonly watermarkMs: number;
  /** The observed out-of-orderness bound, at most the allowed lateness. */
  readonly disorderBoundMs: number;
  readonly counters: EngineCounters;
}
