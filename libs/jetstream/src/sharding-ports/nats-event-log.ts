import { STREAMS } from '#contracts';
import type { EventLog, LogSubscription, MessageHandler, StreamBounds } from '#sharding';
import type { NatsConnection } from '../connection.js';
import { LogReader } from '../log-reader.js';
import { streamState } from '../stream-state.js';

export interface EventLogOptions {
  /** Bound of what is received and not folded. */
  readonly bufferBytes?: number;
  /** Told of every interruption, one sentence each. */
  readonly onNotice: (line: string) => void;
  /** Told once when the log cannot be read on: it was trimmed or replaced, or the handler failed. */
  readonly onFailure: (error: Error) => void;
}

/** `EVENTS`, as the shards fold it. */
export class NatsEventLog implements EventLog {
  private reader: LogReader | null = null;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: EventLogOptions,
  ) {}

  /** Messages in the log that are not folded yet, as far as known. */
  get lag(): number {
    return this.reader?.lag ?? 0;
  }

  async bounds(): Promise<StreamBounds> {
    const { first, last } = await streamState(this.connection, STREAMS.events);
    return { first, last };
  }

  async open(fromSequence: number, handler: MessageHandler): Promise<LogSubscription> {
    const reader = new LogReader(
      this.connection,
      { stream: STREAMS.events, fromSequence, ...this.options },
      handler,
    );
    await reader.start();
    this.reader = reader;
    return { stop: () => reader.stop() };
  }
}
