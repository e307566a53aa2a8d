/**
 * The log as ingest uses it: connection, lane, dead letters, intake, ticks. It exists from the start of the process,
 * and can be written after `open`.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { FRAME_SUBJECTS, STREAMS } from '#contracts';
import {
  AckedPublisher,
  DEFAULT_STREAM_SETTINGS,
  type FramePort,
  framePortOf,
  Lane,
  type NatsConnection,
  type SendSettings,
  streamState,
  SYSTEM_SEND_CLOCK,
} from '#jetstream';
import { LOGGER, type Logger } from '#observability';
import { DeadLetterWriter } from '../dead-letters/dead-letter-writer.js';
import { IngestMetrics } from '../ingest-metrics.js';
import { IntakeCleaner } from '../intake/intake-cleaner.js';
import { IntakeForwarder } from '../intake/intake-forwarder.js';
import { NatsIntakePort } from '../intake/nats-intake-port.js';
import { INGEST_CONFIG, type IngestConfig } from '../options.js';
import { LogRoom } from './log-room.js';
import { Ticker } from './ticker.js';

/** What a body needs to be stored. */
export interface LogWriters {
  readonly lane: Lane;
  readonly deadLetters: DeadLetterWriter;
  /** Unique for each start of a process. */
  readonly instance: string;
}

const ROOM_INTERVAL_MS = 1_000;
const CLEAN_INTERVAL_MS = 1_000;
const LETTERS_IN_FLIGHT = 512;
const LETTER_BYTES_IN_FLIGHT = 8 * 1024 * 1024;
/** What headers and protocol may add to a message's body. */
const MESSAGE_OVERHEAD_BYTES = 4_096;

interface OpenLog extends LogWriters {
  readonly connection: NatsConnection;
  readonly publishers: readonly AckedPublisher[];
  readonly forwarder: IntakeForwarder;
  readonly cleaner: IntakeCleaner;
  readonly ticker: Ticker;
}

@Injectable()
export class LogGateway {
  private log: OpenLog | null = null;
  private intakeStoredAt = -Infinity;

  constructor(
    @Inject(INGEST_CONFIG) private readonly config: IngestConfig,
    @Inject(LogRoom) private readonly room: LogRoom,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Throws before `open`. */
  get writers(): LogWriters {
    if (this.log === null) throw new Error('the log is not open yet');
    return this.log;
  }

  get connection(): NatsConnection | null {
    return this.log?.connection ?? null;
  }

  /** Begins to forward the intake and to tick; takes over the connection, and closes it in the end. */
  open(connection: NatsConnection): void {
    const { config } = this;
    this.room.watch(() => streamState(connection, STREAMS.events), ROOM_INTERVAL_MS);
    const frames = new AckedPublisher(connection);
    const letters = new AckedPublisher(connection);
    const send: SendSettings = {
      attemptTimeoutMs: config.publishTimeoutMs,
      resendWithinMs: Math.min(config.resendWithinMs, DEFAULT_STREAM_SETTINGS.duplicateWindowMs / 2),
    };
    const instance = randomUUID();
    const lane = this.makeLane(framePortOf(frames), send, instance);
    const deadLetters = this.makeDeadLetters(framePortOf(letters), send, connection);
    const port = new NatsIntakePort(connection, framePortOf(frames), (line) => this.logger.info(line));
    const cleaner = new IntakeCleaner((upTo) => port.purge(upTo), CLEAN_INTERVAL_MS);
    const forwarder = this.makeForwarder({ port, send, deadLetters, cleaner });
    const ticker = this.makeTicker(lane);
    this.log = {
      connection,
      publishers: [frames, letters],
      lane,
      deadLetters,
      instance,
      forwarder,
      cleaner,
      ticker,
    };
    this.watchFigures(lane, forwarder);
    forwarder.start();
    ticker.start();
  }

  /** Stores what was taken, then lets go of the connection. Nobody may submit any more. */
  async close(): Promise<void> {
    this.room.stop();
    if (this.log === null) return;
    const { connection, publishers, lane, forwarder, cleaner, ticker } = this.log;
    ticker.stop();
    await Promise.all([lane.close(), forwarder.stop()]);
    await cleaner.stop();
    for (const publisher of publishers) await publisher.close();
    await connection.close();
  }

  private makeLane(port: FramePort, send: SendSettings, instance: string): Lane {
    const settings = {
      ...send,
      source: `http-${instance}`,
      epoch: Date.now(),
      shardCount: this.config.shards,
      subject: FRAME_SUBJECTS.http,
      tickSubject: FRAME_SUBJECTS.tick,
      maxHeldBytes: this.config.maxQueuedBytes,
    };
    const observer = this.metrics.laneObserver('http');
    return new Lane(settings, port, SYSTEM_SEND_CLOCK, {
      frameSettled: (outcome, events, bytes, elapsedMs) => {
        if (outcome === 'stored') this.room.written(bytes);
        observer.frameSettled(outcome, events, bytes, elapsedMs);
      },
    });
  }

  private makeDeadLetters(port: FramePort, send: SendSettings, connection: NatsConnection): DeadLetterWriter {
    const window = {
      maxLetters: LETTERS_IN_FLIGHT,
      maxBytes: LETTER_BYTES_IN_FLIGHT,
      maxMessageBytes: (connection.info?.max_payload ?? 1_048_576) - MESSAGE_OVERHEAD_BYTES,
    };
    return new DeadLetterWriter(port, SYSTEM_SEND_CLOCK, send, window, (reason) =>
      this.metrics.deadLetterStored(reason),
    );
  }

  private makeForwarder(parts: {
    port: NatsIntakePort;
    send: SendSettings;
    deadLetters: DeadLetterWriter;
    cleaner: IntakeCleaner;
  }): IntakeForwarder {
    const { maxItems, maxDepth, maxBodyBytes, shards, takeoverMs } = this.config;
    return new IntakeForwarder({
      ...parts,
      clock: SYSTEM_SEND_CLOCK,
      wallClock: () => Date.now(),
      limits: { maxItems, maxDepth, maxBodyBytes },
      shardCount: shards,
      room: this.room,
      metrics: this.metrics,
      logger: this.logger,
      takeoverMs,
      onStored: () => (this.intakeStoredAt = SYSTEM_SEND_CLOCK.now()),
    });
  }

  private makeTicker(lane: Lane): Ticker {
    const lastStoredAt = (): number => Math.max(lane.lastStoredAt, this.intakeStoredAt);
    const target = {
      get lastStoredAt() {
        return lastStoredAt();
      },
      tick: () => lane.tick(Date.now()),
    };
    return new Ticker(target, this.config.tickIntervalMs, SYSTEM_SEND_CLOCK.now);
  }

  private watchFigures(lane: Lane, forwarder: IntakeForwarder): void {
    const { metrics, room } = this;
    metrics.gauge(
      'vigil_ingest_queue_bytes',
      'Bytes of frames that wait or are in flight.',
      () => lane.heldBytes,
    );
    metrics.gauge('vigil_ingest_log_full', '1 while the log has no room for events.', () =>
      room.available ? 0 : 1,
    );
    metrics.gauge('vigil_ingest_intake_forwarding', '1 while this process forwards the intake.', () =>
      forwarder.currentMode === 'forwarding' ? 1 : 0,
    );
  }
}
