/**
 * Makes the partitions that rows need before the rows are written, and removes those that have had their time.
 * Owns what is known of the partitions; the tables themselves are the server's.
 *
 * 1. A row is written only into a partition that was made for it: there is no default partition for it to fall into.
 * 2. Nothing here waits for a lock longer than `LOCK_TIMEOUT_MS`: while a change waits for a lock, everybody who
 *    comes after it waits too.
 */
import type pg from 'pg';
import { inTransaction } from '../pool.js';
import { createPartition, dropPartition, listPartitions } from '../sql/partitions.js';
import { PartitionIndex } from './partition-index.js';
import { DAY_MS, type Partition, type PartitionPolicy, planPartition } from './partition-plan.js';

const LOCK_TIMEOUT_MS = 500;
/** Partitions made in one transaction: few enough not to run out of the server's lock table. */
const PER_TRANSACTION = 24;

export class PartitionMaker {
  private readonly index = new PartitionIndex();

  constructor(
    private readonly pool: pg.Pool,
    private readonly policy: PartitionPolicy,
    private readonly now: () => number = Date.now,
  ) {}

  get partitions(): readonly Partition[] {
    return this.index.partitions;
  }

  /** Learns what exists; to be called at the start, and whenever the server finds no partition for a row. */
  async reload(): Promise<void> {
    this.index.replace(await listPartitions(this.pool));
  }

  /**
   * Makes what is missing for rows of these times, and returns what was made. Rejects when the server cannot now (a
   * lock held by others, no connection): call again. What another process has made meanwhile counts as made.
   */
  async ensure(timesMs: Iterable<number>): Promise<Partition[]> {
    const missing = this.missing(timesMs);
    if (missing.length === 0) return [];
    await this.reload();
    const made: Partition[] = [];
    for (;;) {
      const next = this.plan(missing).slice(0, PER_TRANSACTION);
      if (next.length === 0) return made;
      await this.create(next);
      made.push(...next);
    }
  }

  /** Makes the partitions of the days to come, today's included. */
  ensureAhead(days: number): Promise<Partition[]> {
    const today = this.now();
    return this.ensure(Array.from({ length: days + 1 }, (_, i) => today + i * DAY_MS));
  }

  /** Drops the partitions all of whose rows happened before `beforeMs`; returns them. */
  async dropBefore(beforeMs: number): Promise<Partition[]> {
    await this.reload();
    const expired = this.index.partitions.filter((partition) => partition.toMs <= beforeMs);
    for (const { name } of expired) {
      await inTransaction(this.pool, async (client) => {
        await limitLockWait(client);
        await dropPartition(client, name);
      });
    }
    if (expired.length > 0) await this.reload();
    return expired;
  }

  /** One time for each stretch that is not covered: neighbours in time come one after the other. */
  private missing(timesMs: Iterable<number>): number[] {
    const missing: number[] = [];
    for (const time of timesMs) if (!this.index.covers(time)) missing.push(time);
    return missing;
  }

  private plan(timesMs: readonly number[]): Partition[] {
    const planned = new Map<string, Partition>();
    const now = this.now();
    for (const time of timesMs) {
      if (this.index.covers(time)) continue;
      const partition = planPartition(time, now, this.policy, this.index.partitions);
      planned.set(partition.name, partition);
    }
    return [...planned.values()];
  }

  private async create(partitions: readonly Partition[]): Promise<void> {
    try {
      await inTransaction(this.pool, async (client) => {
        await limitLockWait(client);
        for (const partition of partitions) await createPartition(client, partition);
      });
      this.index.replace([...this.index.partitions, ...partitions]);
    } catch (error) {
      // Another process may have made them first: then they are there now.
      await this.reload();
      if (!partitions.every((partition) => this.index.covers(partition.fromMs))) throw error;
    }
  }
}

export async function limitLockWait(client: pg.PoolClient): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT_MS}ms'`);
}
