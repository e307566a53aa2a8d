import { DAY_MS, PARTITIONED_TABLE, type Partition } from '../partitions/partition-plan.js';
import type { Queryable } from '../queryable.js';
import { attachPartition, dropPartition, quoteName, timeLiteral } from './partitions.js';

/** Nothing may write to the days while they are copied; reading goes on. */
export async function lockDays(client: Queryable, days: readonly Partition[]): Promise<void> {
  await client.query(`LOCK TABLE ${days.map((day) => quoteName(day.name)).join(', ')} IN SHARE MODE`);
}

/** Copies the days into a table of the month that is not attached yet, and gives it indexes and the bound as a check. */
export async function copyDays(
  client: Queryable,
  month: Partition,
  days: readonly Partition[],
): Promise<void> {
  const table = quoteName(month.name);
  await client.query(`CREATE TABLE ${table} (LIKE ${PARTITIONED_TABLE} INCLUDING ALL EXCLUDING INDEXES)`);
  for (const day of days) await client.query(`INSERT INTO ${table} SELECT * FROM ${quoteName(day.name)}`);
  await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (event_time, account_id, event_id)`);
  await client.query(`CREATE INDEX ON ${table} (account_id, event_time)`);
  // With the bound proved beforehand, attaching does not scan the table under its lock.
  await client.query(
    `ALTER TABLE ${table} ADD CONSTRAINT month_bound CHECK (event_time IS NOT NULL
       AND event_time >= '${timeLiteral(month.fromMs)}' AND event_time < '${timeLiteral(month.toMs)}')`,
  );
}

/** Puts the month where its days were. Takes the whole table for a moment: call it under a lock timeout. */
export async function replaceDays(
  client: Queryable,
  month: Partition,
  days: readonly Partition[],
): Promise<void> {
  for (const day of days) await dropPartition(client, day.name);
  await attachPartition(client, month);
  await client.query(`ALTER TABLE ${quoteName(month.name)} DROP CONSTRAINT month_bound`);
}

/** The days of `month` among the partitions. */
export function daysOf(month: Partition, partitions: readonly Partition[]): Partition[] {
  return partitions
    .filter(({ fromMs, toMs }) => fromMs >= month.fromMs && toMs <= month.toMs && toMs - fromMs === DAY_MS)
    .sort((a, b) => a.fromMs - b.fromMs);
}
