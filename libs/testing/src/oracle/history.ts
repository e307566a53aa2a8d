/** A history: what one shard's log held, message by message, and the settings under which it is folded. */
import type { AccountEvent, RuleVersion } from '#contracts';
import type { EngineSettings } from '#engine';

export interface RuleMessage {
  readonly kind: 'rule';
  /** Epoch milliseconds, as the stream stamped the message; may go backwards. */
  readonly logTimeMs: number;
  readonly version: RuleVersion;
}

export interface FrameMessage {
  readonly kind: 'frame';
  readonly logTimeMs: number;
  readonly events: readonly AccountEvent[];
}

export interface TickMessage {
  readonly kind: 'tick';
  readonly logTimeMs: number;
}

export type LogEntry = RuleMessage | FrameMessage | TickMessage;

export interface History {
  readonly settings: EngineSettings;
  /** The message at index `i` has sequence `i + 1`. */
  readonly log: readonly LogEntry[];
}
