/**
 * The detector in one process: connects, sees to streams and rules, and hosts the shards.
 *
 * Owns the connection, the publishers and the host; what a shard does is `#sharding`'s, what an event means the
 * engine's.
 */
import { Inject, Injectable } from '@nestjs/common';
import { ShardEngine } from '#engine';
import {
  AckedPublisher,
  connectNats,
  DEFAULT_STREAM_SETTINGS,
  LatestStartOwnership,
  LogMismatchError,
  type NatsConnection,
  NatsDeadLetterBox,
  NatsEventLog,
  NatsOutput,
  provisionStreams,
  SYSTEM_TIME,
} from '#jetstream';
import { LOGGER, type Logger } from '#observability';
import { DEFAULT_OUTBOX_SETTINGS, ShardHost } from '#sharding';
import { DetectorMetrics } from './metrics/detector-metrics.js';
import { DETECTOR_CONFIG, type DetectorConfig } from './options.js';
import { importRules } from './rules/import-rules.js';
import { type FileRule, readRulesFile } from './rules/rules-file.js';

const RETRY_MS = 1_000;

interface Running {
  readonly connection: NatsConnection;
  readonly publisher: AckedPublisher;
  readonly log: NatsEventLog;
  readonly host: ShardHost;
}

@Injectable()
export class Detector {
  private opened: NatsConnection | null = null;
  private running: Running | null = null;

  constructor(
    @Inject(DETECTOR_CONFIG) private readonly config: DetectorConfig,
    @Inject(DetectorMetrics) private readonly metrics: DetectorMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get connection(): NatsConnection | null {
    return this.opened;
  }

  get host(): ShardHost | null {
    return this.running?.host ?? null;
  }

  /** Messages of the log that are not folded yet, as far as known. */
  get lag(): number {
    return this.running?.log.lag ?? 0;
  }

  /**
   * Resolves when the shards are claimed and the log is being read. Rejects when a person has to act: the rules
   * file is wrong, or the log on the server is another's. `fail` is told when the log cannot be read on.
   */
  async start(signal: AbortSignal, fail: (error: Error) => void): Promise<void> {
    const rules = await readRulesFile(this.config.rulesFile);
    const connection = await this.connect(signal);
    if (connection === null) return;
    this.opened = connection;
    await this.untilDone(signal, 'The streams cannot be made or checked', () => this.provision(connection));
    const publisher = new AckedPublisher(connection);
    await this.untilDone(signal, 'The rules cannot be imported', () =>
      this.importAll(connection, publisher, rules),
    );
    if (signal.aborted) return;
    const running = this.build(connection, publisher, fail);
    this.running = running;
    const abandon = () => running.host.abandon();
    signal.addEventListener('abort', abandon, { once: true });
    await running.host.start();
    signal.removeEventListener('abort', abandon);
  }

  /** Stops reading, stores what was decided, and closes the connection. */
  async stop(): Promise<void> {
    await this.running?.host.stop();
    await this.running?.publisher.close();
    await this.opened?.close();
  }

  /** Waits for NATS for as long as it takes; null when the start was given up meanwhile. */
  private async connect(signal: AbortSignal): Promise<NatsConnection | null> {
    const connection = await connectNats({
      url: this.config.natsUrl,
      name: 'vigil-detector',
      onMessage: (line) => this.logger.warn(line),
    });
    if (!signal.aborted) return connection;
    await connection.close();
    return null;
  }

  private async provision(connection: NatsConnection): Promise<void> {
    const settings = { ...DEFAULT_STREAM_SETTINGS, shardCount: this.config.shards };
    const log = await provisionStreams(connection, settings, (line) => this.logger.warn(line));
    this.logger.info({ ...log }, 'The log is there');
  }

  private async importAll(
    connection: NatsConnection,
    publisher: AckedPublisher,
    rules: readonly FileRule[],
  ): Promise<void> {
    const left = await importRules(connection, publisher, rules, this.logger);
    if (left.length > 0) throw new Error(`not stored yet: ${left.join(', ')}`);
  }

  /** A server may answer before its streams do. A log that is not ours ends the process. */
  private async untilDone(signal: AbortSignal, problem: string, step: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        return await step();
      } catch (error) {
        if (error instanceof LogMismatchError) throw error;
        this.logger.warn(`${problem} yet: ${(error as Error).message}; trying again`);
        await SYSTEM_TIME.sleep(RETRY_MS);
      }
    }
  }

  private build(
    connection: NatsConnection,
    publisher: AckedPublisher,
    fail: (error: Error) => void,
  ): Running {
    const { config, logger } = this;
    const log = new NatsEventLog(connection, {
      bufferBytes: config.readBufferBytes,
      onNotice: (line) => logger.warn(line),
      onFailure: fail,
    });
    const host = new ShardHost(
      {
        shardCount: config.shards,
        shards: Array.from({ length: config.shards }, (_, shard) => shard),
        maxHeld: config.maxHeldAlerts,
        eventsPerTurn: config.eventsPerTurn,
        outbox: {
          ...DEFAULT_OUTBOX_SETTINGS,
          maxInFlight: config.alertsInFlight,
          dedupWindowMs: DEFAULT_STREAM_SETTINGS.duplicateWindowMs,
        },
      },
      {
        log,
        alerts: new NatsOutput(connection, publisher, 'alerts'),
        late: new NatsOutput(connection, publisher, 'late'),
        ownership: new LatestStartOwnership(connection),
        deadLetters: new NatsDeadLetterBox(connection, publisher),
        time: SYSTEM_TIME,
        journal: logger,
        observer: this.metrics.observer(),
        createFold: (shard) => this.createEngine(shard),
      },
    );
    return { connection, publisher, log, host };
  }

  private createEngine(shard: number): ShardEngine {
    const { allowedLatenessMs, letGoMarkMs, maxActorHistory, sweepIntervalMs } = this.config;
    return new ShardEngine({ shard, allowedLatenessMs, letGoMarkMs, maxActorHistory, sweepIntervalMs });
  }
}
