/**
 * Keeps recording: opens a session, waits until it cannot go on, and opens the next.
 *
 * Modes: `stopped` → `opening` (start) → `recording` (a session is open) → `opening` (it failed) …; any → `stopped`.
 */
import { Inject, Injectable } from '@nestjs/common';
import { AckedPublisher, type NatsConnection } from '#jetstream';
import { LOGGER, type Logger } from '#observability';
import {
  createPool,
  describeDatabaseError,
  ForeignLogError,
  PartitionMaker,
  PartitionMerger,
} from '#postgres';
import type pg from 'pg';
import { RECORDER_CONFIG, type RecorderConfig } from './options.js';
import { backoffMs, pause } from './pump/backoff.js';
import { RecorderObserver } from './recorder-observer.js';
import { JetStreamDeadLetters } from './refused/jetstream-dead-letters.js';
import type { StreamLag } from './session/recorded-stream.js';
import { RecorderSession, type SessionParts } from './session/recorder-session.js';
import { Upkeep } from './upkeep/upkeep.js';

/** Copying a month of events may take this long; everything else has the usual limits. */
const UPKEEP_QUERY_MS = 6 * 3_600_000;
/** Beside the lanes: the other streams, health, making partitions. */
const EXTRA_CONNECTIONS = 5;

@Injectable()
export class Recorder {
  readonly pool: pg.Pool;
  private readonly upkeepPool: pg.Pool;
  private readonly partitions: PartitionMaker;
  private readonly merger: PartitionMerger;
  private readonly upkeep: Upkeep;
  private readonly stopper = new AbortController();
  private session: RecorderSession | null = null;
  private publisher: AckedPublisher | null = null;
  private running: Promise<void> | null = null;

  constructor(
    @Inject(RECORDER_CONFIG) private readonly config: RecorderConfig,
    @Inject(RecorderObserver) private readonly observer: RecorderObserver,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { databaseUrl, queryTimeoutMs, lanes, dayWindow } = config;
    const common = {
      databaseUrl,
      onIdleError: (error: Error) => logger.warn(`A connection to PostgreSQL broke: ${error.message}`),
    };
    this.pool = createPool({
      ...common,
      applicationName: 'vigil-recorder',
      maxConnections: lanes + EXTRA_CONNECTIONS,
      queryTimeoutMs,
    });
    this.upkeepPool = createPool({
      ...common,
      applicationName: 'vigil-recorder-upkeep',
      maxConnections: 3,
      queryTimeoutMs: UPKEEP_QUERY_MS,
    });
    this.partitions = new PartitionMaker(this.pool, { dayWindow });
    this.merger = new PartitionMerger(this.upkeepPool, { dayWindow });
    this.upkeep = new Upkeep({
      config,
      pool: this.upkeepPool,
      partitions: this.partitions,
      merger: this.merger,
      logTimeMs: () => observer.loggedAtMs,
      tell: (line) => logger.info(line),
      warn: (line) => logger.warn(line),
    });
  }

  /** How far behind each stream is; `null` while there is no session. */
  lags(): StreamLag[] | null {
    return this.session?.lags(Date.now()) ?? null;
  }

  get partitionCount(): number {
    return this.partitions.partitions.length;
  }

  /**
   * Resolves when the first session is open; from then on recording goes on by itself. Rejects with
   * `ForeignLogError`, or when it was stopped before.
   */
  async start(nats: NatsConnection, logId: string): Promise<void> {
    this.publisher = new AckedPublisher(nats);
    const { config, pool, partitions, merger, observer } = this;
    const deadLetters = new JetStreamDeadLetters(this.publisher);
    const parts = { config, pool, nats, logId, partitions, merger, deadLetters, observer };
    const first = this.open(parts);
    this.running = first.then(
      (session) => this.keepRecording(parts, session),
      () => undefined,
    );
    await first;
    this.upkeep.start();
  }

  /** Finishes the batches in flight and closes every connection to PostgreSQL. */
  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
    await this.upkeep.stop();
    await this.publisher?.close();
    await Promise.all([this.pool.end(), this.upkeepPool.end()]);
  }

  private async keepRecording(parts: SessionParts, first: RecorderSession): Promise<void> {
    const stopped = new Promise<null>((resolve) => {
      this.stopper.signal.addEventListener('abort', () => resolve(null));
      if (this.stopper.signal.aborted) resolve(null);
    });
    for (let session = first; ;) {
      this.session = session;
      const reason = await Promise.race([session.failed, stopped]);
      this.session = null;
      if (reason) this.logger.warn(`Recording was interrupted: ${describeDatabaseError(reason)}`);
      await session.stop();
      if (reason === null) return;
      try {
        session = await this.open(parts);
      } catch (error) {
        if (this.stopper.signal.aborted) return;
        throw error; // a foreign log: ends the process
      }
    }
  }

  /** Tries until a session is open. */
  private async open(parts: SessionParts): Promise<RecorderSession> {
    for (let failures = 1; ; failures++) {
      try {
        const session = await RecorderSession.open(parts, this.stopper.signal);
        this.observer.sessionBegan();
        this.logger.info('Recording');
        return session;
      } catch (error) {
        if (error instanceof ForeignLogError || this.stopper.signal.aborted) throw error;
        if (failures === 1)
          this.logger.warn(`Cannot record yet: ${describeDatabaseError(error)}; trying again`);
      }
      await pause(backoffMs(failures), this.stopper.signal);
    }
  }
}
