/**
 * Turns the days of months long past into one partition a month, so that years of live traffic do not leave
 * thousands of partitions behind.
 *
 * 1. All or nothing: one transaction copies the days, drops them and attaches the month.
 * 2. It gives way: a writer that needs one of the days calls `giveWay`, and the merge is undone and tried another day.
 */
import type pg from 'pg';
import { copyDays, daysOf, lockDays, replaceDays } from '../sql/merge-days.js';
import { listPartitions } from '../sql/partitions.js';
import { limitLockWait } from './partition-maker.js';
import { monthsToMerge, overlaps, type Partition, type PartitionPolicy } from './partition-plan.js';

/** The last step needs the whole table for a moment; how often it is tried before the copy is given up. */
const REPLACE_ATTEMPTS = 20;
const REPLACE_PAUSE_MS = 500;

/** How often a merge is told to end until it has. */
const CANCEL_PAUSE_MS = 200;

interface Merge {
  readonly month: Partition;
  readonly processId: number;
  readonly finished: Promise<void>;
  cancelled: boolean;
}

export class PartitionMerger {
  private current: Merge | null = null;

  /** `pool` must allow statements that take as long as copying a month does. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly policy: PartitionPolicy,
    private readonly now: () => number = Date.now,
  ) {}

  /** Merges the oldest month that is due. Returns it, or `null` when none is due or the merge gave way. */
  async mergeOldest(): Promise<Partition | null> {
    const partitions = await listPartitions(this.pool);
    const month = monthsToMerge(partitions, this.now(), this.policy).at(0);
    if (month === undefined || this.current !== null) return null;
    const client = await this.pool.connect();
    client.on('error', ignore);
    let finish = ignore;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    try {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const merge = { month, processId: rows[0].pid, finished, cancelled: false };
      this.current = merge;
      return await this.run(client, merge, daysOf(month, partitions));
    } finally {
      this.current = null;
      // Closed, not reused: a cancellation that comes too late must not hit somebody else's statement.
      client.release(true);
      finish();
    }
  }

  /** Undoes a merge under way if it concerns one of these times; resolves when it is out of the way. */
  async giveWay(timesMs: Iterable<number>): Promise<void> {
    const { current } = this;
    if (current === null || !touches(current.month, timesMs)) return;
    await this.cancel(current);
  }

  /** Undoes a merge under way. */
  async stop(): Promise<void> {
    if (this.current !== null) await this.cancel(this.current);
  }

  private async cancel(merge: Merge): Promise<void> {
    merge.cancelled = true;
    while (this.current === merge) {
      await this.pool.query('SELECT pg_cancel_backend($1)', [merge.processId]);
      await Promise.race([merge.finished, pause(CANCEL_PAUSE_MS)]);
    }
  }

  private async run(
    client: pg.PoolClient,
    merge: Merge,
    days: readonly Partition[],
  ): Promise<Partition | null> {
    try {
      await client.query('BEGIN');
      await limitLockWait(client);
      await lockDays(client, days);
      await copyDays(client, merge.month, days);
      await this.replace(client, merge, days);
      await client.query('COMMIT');
      return merge.month;
    } catch (error) {
      if (merge.cancelled) return null;
      throw error;
    }
  }

  private async replace(client: pg.PoolClient, merge: Merge, days: readonly Partition[]): Promise<void> {
    const { month } = merge;
    for (let attempt = 1; ; attempt++) {
      if (merge.cancelled) throw new Error(`merging ${month.name} was cancelled`);
      await client.query('SAVEPOINT replace');
      try {
        return await replaceDays(client, month, days);
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || attempt === REPLACE_ATTEMPTS)
          throw error;
        await client.query('ROLLBACK TO SAVEPOINT replace');
        await pause(REPLACE_PAUSE_MS);
      }
    }
  }
}

const LOCK_NOT_AVAILABLE = '55P03';

function touches(month: Partition, timesMs: Iterable<number>): boolean {
  for (const time of timesMs) if (overlaps(month, { fromMs: time, toMs: time + 1 })) return true;
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function ignore(): void {}
