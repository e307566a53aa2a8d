import {
  type AccountEvent,
  encodeRuleVersion,
  FrameBuilder,
  NO_ATTRIBUTES,
  type RuleVersion,
} from '#contracts';
import type { EventLog, LogMessage, LogSubscription, MessageHandler, StreamBounds } from '../src/index.js';

export const SHARDS = 4;
const START_MS = 1_700_000_000_000;

/** A log in memory. It outlives the hosts that read it. */
export class FakeLog implements EventLog {
  readonly messages: LogMessage[] = [];
  private readonly readers = new Set<() => void>();
  private frames = 0;
  /** Sequences below were trimmed. */
  first = 1;
  batchSize = 3;

  async bounds(): Promise<StreamBounds> {
    return { first: this.first, last: this.messages.length };
  }

  append(subject: string, data: Uint8Array): number {
    const sequence = this.messages.length + 1;
    this.messages.push({
      subject,
      sequence,
      timeMs: START_MS + sequence * 10,
      data,
      header: () => undefined,
    });
    for (const wake of this.readers) wake();
    return sequence;
  }

  frame(
    events: readonly AccountEvent[],
    mark: { source?: string; epoch?: number; sequence?: number } = {},
  ): number {
    this.frames += 1;
    const builder = new FrameBuilder(SHARDS);
    for (const event of events) builder.tryAdd(event);
    const header = {
      source: 'test',
      epoch: 1,
      sequence: this.frames,
      receivedAt: START_MS,
      upstream: null,
      ...mark,
    };
    return this.append('events.http', builder.finish(header));
  }

  rule(version: RuleVersion): number {
    return this.append(`rules.${version.rule.id}`, encodeRuleVersion(version));
  }

  async open(fromSequence: number, handler: MessageHandler): Promise<LogSubscription> {
    let stopped = false;
    let wake = () => {};
    let position = fromSequence - 1;
    const notify = () => wake();
    this.readers.add(notify);
    const run = async () => {
      while (!stopped) {
        const batch = this.messages.slice(position, position + this.batchSize);
        if (batch.length === 0) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        position += batch.length;
        await handler(batch);
      }
    };
    const running = run();
    const stop = async () => {
      stopped = true;
      this.readers.delete(notify);
      wake();
      await running;
    };
    return { stop };
  }
}

let events = 0;

/** An event that `FakeFold` answers with an alert (`alarm`), a retraction of it (`calm`), or a late message (`late`). */
export function event(accountId: string, eventType: string, eventId = `e${++events}`): AccountEvent {
  return {
    eventId,
    accountId,
    eventType,
    eventTime: START_MS,
    country: null,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
  };
}
