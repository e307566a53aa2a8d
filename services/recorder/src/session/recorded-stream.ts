/** One stream on its way into PostgreSQL: its reader and its pump. */
import { LogReader, type NatsConnection, streamState } from '#jetstream';
import type { BatchSink } from '../pump/batch-sink.js';
import { type PumpObserver, type PumpSettings, StreamPump } from '../pump/stream-pump.js';

export interface StreamLag {
  readonly stream: string;
  /** Everything up to this message is committed. */
  readonly recorded: number;
  /** Messages known to be in the stream and not committed. */
  readonly messages: number;
  /** Age of the oldest message taken in and not committed; 0 when there is none. */
  readonly seconds: number;
}

export interface StreamNotices {
  interrupted(line: string): void;
  /** Messages from `from` up to, not including, `to` were trimmed before they were recorded. */
  skipped(stream: string, from: number, to: number): void;
}

export interface StreamPlan {
  readonly sink: BatchSink<unknown>;
  /** Committed position in the database. */
  readonly position: number;
  readonly subjects?: readonly string[];
  readonly settings: PumpSettings;
}

export class RecordedStream {
  /** Resolves with the reason when recording has ended for good. */
  readonly failed: Promise<Error>;

  private constructor(
    private readonly pump: StreamPump<unknown>,
    private readonly reader: LogReader,
  ) {
    // A reader that was stopped ends without a reason, which is no failure.
    const readerFailed = reader.ended.then((error) => error ?? new Promise<Error>(() => undefined));
    this.failed = Promise.race([pump.failed, readerFailed]);
  }

  /** Begins after the position, or at the stream's first message where what lies between was trimmed. */
  static async open(
    nats: NatsConnection,
    plan: StreamPlan,
    observer: PumpObserver,
    notices: StreamNotices,
  ): Promise<RecordedStream> {
    const { sink, position, subjects, settings } = plan;
    const { stream } = sink;
    const { first } = await streamState(nats, stream);
    if (first > position + 1) notices.skipped(stream, position + 1, first);
    const pump = new StreamPump(sink, position, settings, observer);
    const fromSequence = Math.max(position + 1, first);
    const onNotice = (line: string) => notices.interrupted(line);
    const reader = new LogReader(nats, { stream, fromSequence, subjects, onNotice }, (messages) =>
      pump.accept(messages),
    );
    await reader.start();
    return new RecordedStream(pump, reader);
  }

  lag(nowMs: number): StreamLag {
    const oldest = this.pump.oldestUncommittedMs;
    return {
      stream: this.pump.stream,
      recorded: this.pump.recorded,
      messages: this.reader.lag + this.pump.uncommitted,
      seconds: oldest === null ? 0 : Math.max(0, nowMs - oldest) / 1000,
    };
  }

  /** Takes in no more, and writes what was taken in; gives up on that when it fails once. */
  async stop(): Promise<void> {
    this.pump.halt();
    await this.reader.stop();
    await this.pump.stop();
  }
}
