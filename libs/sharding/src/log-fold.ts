/**
 * Folds the messages of the log, in order, into the shards that sit at one reader.
 *
 * 1. Every message that counts reaches every shard, in the log's order: time passes for all of them alike.
 * 2. A frame at or below its source's mark is a copy and is no message.
 * 3. What cannot be decoded and what the engine fails at is set aside, and the fold goes on.
 */
import {
  type AccountEvent,
  decodeFrameHeader,
  decodeRuleVersion,
  type FrameSummary,
  readFrame,
  type RuleVersion,
} from '#contracts';
import type { DecisionSink, ShardFold } from '#engine';
import type { LogMessage, SetAside } from './ports.js';
import type { SourceMarks } from './source-marks.js';

/** One shard as the fold sees it. */
export interface FoldTarget {
  readonly shard: number;
  readonly fold: ShardFold;
  readonly sink: DecisionSink;
}

/** The message that is being folded. */
export interface FoldPlace {
  sequence: number;
  /** Its log time; epoch milliseconds. */
  timeMs: number;
  /** Receipt of the oldest event in it by whoever took it in; epoch milliseconds. */
  receivedAt: number;
}

const RULE_PREFIX = 'rules.';
const encoder = new TextEncoder();

export class LogFold {
  readonly place: FoldPlace = { sequence: 0, timeMs: 0, receivedAt: 0 };
  private readonly targets = new Map<number, FoldTarget>();
  private copies = 0;

  constructor(
    private readonly shardCount: number,
    private readonly marks: SourceMarks,
    private readonly setAside: (letter: SetAside) => void,
  ) {}

  /** Frames that were dropped as copies. */
  get copiesDropped(): number {
    return this.copies;
  }

  get size(): number {
    return this.targets.size;
  }

  add(target: FoldTarget): void {
    this.targets.set(target.shard, target);
  }

  remove(shard: number): void {
    this.targets.delete(shard);
  }

  /** Folds one message; returns how many events of it went to a shard here. */
  apply(message: LogMessage): number {
    this.place.sequence = message.sequence;
    this.place.timeMs = message.timeMs;
    this.place.receivedAt = message.timeMs;
    if (message.subject.startsWith(RULE_PREFIX)) this.applyRule(message);
    else return this.applyFrame(message);
    return 0;
  }

  private applyRule(message: LogMessage): void {
    let version: RuleVersion;
    try {
      version = decodeRuleVersion(message.data);
    } catch (error) {
      this.refuse(message, 'bad-message', error);
      return;
    }
    this.begin(message);
    for (const { fold } of this.targets.values()) {
      this.guard(message, 0, message.data, () => fold.applyRule(version));
    }
  }

  private applyFrame(message: LogMessage): number {
    const header = this.headerOf(message);
    if (header === null) return 0;
    if (!this.marks.accept(header.source, header.epoch, header.sequence, message.timeMs)) {
      this.copies += 1;
      return 0;
    }
    this.place.receivedAt = header.receivedAt;
    this.begin(message);
    if (header.count === 0) return 0;
    let events = 0;
    const wants = (shard: number) => this.targets.has(shard);
    try {
      readFrame(message.data, wants, (event, index, shard) => {
        events += 1;
        this.applyEvent(message, event, index, this.targets.get(shard)!);
      });
    } catch (error) {
      this.refuse(message, 'bad-frame', error);
    }
    return events;
  }

  private headerOf(message: LogMessage): FrameSummary | null {
    try {
      const header = decodeFrameHeader(message.data);
      if (header.shardCount === this.shardCount) return header;
      throw new Error(`frame of ${header.shardCount} shards in a log of ${this.shardCount}`);
    } catch (error) {
      this.refuse(message, 'bad-frame', error);
      return null;
    }
  }

  /** Invariant 1. */
  private begin(message: LogMessage): void {
    for (const { fold } of this.targets.values()) {
      try {
        fold.beginMessage(message.sequence, message.timeMs);
      } catch (error) {
        this.refuse(message, 'engine-error', error);
      }
    }
  }

  private applyEvent(
    message: LogMessage,
    event: AccountEvent,
    index: number,
    { fold, sink }: FoldTarget,
  ): void {
    try {
      fold.applyEvent(event, index, sink);
    } catch (error) {
      this.refuse(message, 'engine-error', error, index, encoder.encode(JSON.stringify(event)));
    }
  }

  private guard(message: LogMessage, index: number, payload: Uint8Array, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.refuse(message, 'engine-error', error, index, payload);
    }
  }

  /** Invariant 3. */
  private refuse(
    message: LogMessage,
    reason: SetAside['reason'],
    error: unknown,
    index = 0,
    payload: Uint8Array = message.data,
  ): void {
    const { subject, sequence, timeMs } = message;
    const text = error instanceof Error ? error.message : String(error);
    // A view into a receive buffer would change under the letter's hands while it waits.
    this.setAside({ reason, message: text, subject, sequence, index, timeMs, payload: payload.slice() });
  }
}
