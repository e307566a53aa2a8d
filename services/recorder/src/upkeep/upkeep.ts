/** What has to be done to the tables from time to time: partitions ahead, retention, merging, old marks. */
import {
  deleteExpired,
  deleteSourceMarks,
  describeDatabaseError,
  type ExpiringTable,
  type PartitionMaker,
  type PartitionMerger,
} from '#postgres';
import { DEFAULT_MARK_LIFE_MS } from '#sharding';
import type pg from 'pg';
import type { RecorderConfig } from '../options.js';

/** Rows deleted in one go: short transactions, so that nobody waits. */
const DELETE_CHUNK = 5_000;

export interface UpkeepParts {
  readonly config: RecorderConfig;
  readonly pool: pg.Pool;
  readonly partitions: PartitionMaker;
  readonly merger: PartitionMerger;
  /** Log time of what is recorded now, or `null` when unknown. */
  readonly logTimeMs: () => number | null;
  readonly tell: (line: string) => void;
  readonly warn: (line: string) => void;
}

export class Upkeep {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly parts: UpkeepParts) {}

  start(): void {
    this.timer = setInterval(() => void this.run(), this.parts.config.upkeepIntervalMs);
  }

  /** Undoes a merge under way and waits for the rest. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.parts.merger.stop().catch(() => undefined);
    await this.running;
  }

  /** Does everything once. One part that fails does not keep the others from their turn. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.runAll().finally(() => (this.running = null));
    return this.running;
  }

  private async runAll(): Promise<void> {
    const { partitions, config } = this.parts;
    await this.attempt('making partitions ahead', () => partitions.ensureAhead(config.daysAhead));
    await this.attempt('dropping partitions that have had their time', () => this.dropEvents());
    await this.attempt('removing old alerts', () => this.expire('alert', config.alertRetentionMs));
    await this.attempt('removing old late events', () =>
      this.expire('late_event', config.refusedRetentionMs),
    );
    await this.attempt('removing old dead letters', () =>
      this.expire('dead_letter', config.refusedRetentionMs),
    );
    await this.attempt('removing old source marks', () => this.forgetMarks());
    if (config.mergeDays) await this.attempt('merging days into a month', () => this.merge());
  }

  private async attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    if (this.stopped) return;
    try {
      await work();
    } catch (error) {
      this.parts.warn(`Upkeep: ${what} failed and is tried again later: ${describeDatabaseError(error)}`);
    }
  }

  private async dropEvents(): Promise<void> {
    const { retentionMs } = this.parts.config;
    if (retentionMs === null) return;
    const dropped = await this.parts.partitions.dropBefore(Date.now() - retentionMs);
    if (dropped.length > 0)
      this.parts.tell(`Dropped ${dropped.map((partition) => partition.name).join(', ')}`);
  }

  private async expire(table: ExpiringTable, retentionMs: number | null): Promise<void> {
    if (retentionMs === null) return;
    const before = Date.now() - retentionMs;
    while (
      !this.stopped &&
      (await deleteExpired(this.parts.pool, table, before, DELETE_CHUNK)) === DELETE_CHUNK
    );
  }

  /** By log time, like the marks themselves: a recorder that lags behind still needs those of its own time. */
  private async forgetMarks(): Promise<void> {
    const logTime = this.parts.logTimeMs();
    if (logTime !== null) await deleteSourceMarks(this.parts.pool, logTime - DEFAULT_MARK_LIFE_MS);
  }

  private async merge(): Promise<void> {
    const month = await this.parts.merger.mergeOldest();
    if (month === null) return;
    await this.parts.partitions.reload();
    this.parts.tell(`Merged the days of ${month.name} into one partition`);
  }
}
