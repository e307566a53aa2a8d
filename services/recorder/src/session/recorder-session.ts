/**
 * One stretch of recording: from the lease and the positions in the database to the first thing that cannot be gone
 * on from. Everything that it knows it read from the database at its start, so that whatever happens to PostgreSQL
 * (a restart, a fail-over, a restored backup), the next session goes on from what is really there.
 */
import { STREAMS } from '#contracts';
import type { NatsConnection } from '#jetstream';
import {
  claimForLog,
  inTransaction,
  type PartitionMaker,
  type PartitionMerger,
  readSourceMarks,
  readStreamPosition,
} from '#postgres';
import type pg from 'pg';
import type { BatchSink } from '../pump/batch-sink.js';
import type { PumpObserver } from '../pump/stream-pump.js';
import type { DeadLetterPort } from '../refused/dead-letter-port.js';
import type { RecorderConfig } from '../options.js';
import { ALERT_SUBJECTS, alertKind } from '../streams/alert-kind.js';
import { deadLetterKind } from '../streams/dead-letter-kind.js';
import { EventSink } from '../streams/event-sink.js';
import { LATE_SUBJECTS, lateKind } from '../streams/late-kind.js';
import { RecordSink } from '../streams/record-sink.js';
import { RecordedStream, type StreamLag, type StreamNotices } from './recorded-stream.js';
import { RecorderLease } from './recorder-lease.js';

/** Streams beside `EVENTS` have larger rows and fewer of them. */
const RECORD_BATCH_ROWS = 1_000;

export interface SessionObserver extends PumpObserver, StreamNotices {
  standingBy(holder: string): void;
  frameCopy(): void;
  refused(reason: string, count: number): void;
}

export interface SessionParts {
  readonly config: RecorderConfig;
  readonly pool: pg.Pool;
  readonly nats: NatsConnection;
  readonly logId: string;
  readonly partitions: PartitionMaker;
  readonly merger: PartitionMerger;
  readonly deadLetters: DeadLetterPort;
  readonly observer: SessionObserver;
}

interface PlannedSink {
  readonly sink: BatchSink<unknown>;
  readonly subjects?: readonly string[];
}

export class RecorderSession {
  /** Resolves with the reason when the session cannot go on. */
  readonly failed: Promise<Error>;

  private constructor(
    private readonly lease: RecorderLease,
    private readonly streams: readonly RecordedStream[],
  ) {
    this.failed = Promise.race([lease.lost, ...streams.map((stream) => stream.failed)]);
  }

  /** Rejects with `ForeignLogError`, or with what PostgreSQL or NATS said: then try again. */
  static async open(parts: SessionParts, signal: AbortSignal): Promise<RecorderSession> {
    const { config, pool, observer } = parts;
    const lease = await RecorderLease.acquire(config.databaseUrl, signal, (holder) =>
      observer.standingBy(holder),
    );
    const streams: RecordedStream[] = [];
    try {
      const generation = await inTransaction(pool, (client) =>
        claimForLog(client, parts.logId, config.adoptLog),
      );
      await parts.partitions.reload();
      await parts.partitions.ensureAhead(config.daysAhead);
      for (const planned of await sinksOf(parts, generation)) {
        streams.push(await openStream(parts, planned));
      }
      return new RecorderSession(lease, streams);
    } catch (error) {
      for (const stream of streams) await stream.stop();
      await lease.release();
      throw error;
    }
  }

  lags(nowMs: number): StreamLag[] {
    return this.streams.map((stream) => stream.lag(nowMs));
  }

  /** Finishes what is in flight. */
  async stop(): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.stop()));
    await this.lease.release();
  }
}

async function openStream(parts: SessionParts, { sink, subjects }: PlannedSink): Promise<RecordedStream> {
  const { config, pool, nats, observer } = parts;
  const position = await readStreamPosition(pool, sink.stream);
  const batchRows = sink.stream === STREAMS.events ? config.batchRows : RECORD_BATCH_ROWS;
  const settings = { batchRows, intervalMs: config.batchIntervalMs };
  return RecordedStream.open(nats, { sink, position, subjects, settings }, observer, observer);
}

async function sinksOf(parts: SessionParts, generation: number): Promise<PlannedSink[]> {
  const { pool, partitions, merger, deadLetters, observer, config } = parts;
  const onRefused = (reason: string, count: number) => observer.refused(reason, count);
  const events = new EventSink({
    pool,
    partitions,
    merger,
    deadLetters,
    marks: await readSourceMarks(pool),
    generation,
    lanes: config.lanes,
    onCopy: () => observer.frameCopy(),
    onRefused,
  });
  const alerts = new RecordSink(pool, alertKind(generation, deadLetters), onRefused);
  const late = new RecordSink(pool, lateKind(generation, deadLetters), onRefused);
  const letters = new RecordSink(pool, deadLetterKind(pool, generation), onRefused);
  // A sink's batches are its own affair: outside of it their type does not matter.
  const planned = [
    { sink: events },
    { sink: alerts, subjects: ALERT_SUBJECTS },
    { sink: late, subjects: LATE_SUBJECTS },
    { sink: letters },
  ];
  return planned as unknown as PlannedSink[];
}
