import { PARTITIONED_TABLE, type Partition } from '../partitions/partition-plan.js';
import type { Queryable } from '../queryable.js';

/** Bounds come as text in the session's time zone and are read back by the same session. No bound: infinite. */
const LIST = `
SELECT c.relname AS name,
  extract(epoch FROM (regexp_match(b.bound, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz) * 1000 AS from_ms,
  extract(epoch FROM (regexp_match(b.bound, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz) * 1000 AS to_ms
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) AS b
WHERE i.inhparent = '${PARTITIONED_TABLE}'::regclass AND b.bound <> 'DEFAULT'`;

/** The partitions of `account_event`. A default partition is none: no row may ever fall into it. */
export async function listPartitions(client: Queryable): Promise<Partition[]> {
  const { rows } = await client.query<{ name: string; from_ms: string | null; to_ms: string | null }>(LIST);
  return rows.map((row) => ({
    name: row.name,
    fromMs: row.from_ms === null ? -Infinity : Number(row.from_ms),
    toMs: row.to_ms === null ? Infinity : Number(row.to_ms),
  }));
}

/**
 * Makes an empty table of the parent's shape and attaches it. Attaching lets readers and writers of other partitions
 * go on, where `CREATE TABLE … PARTITION OF` would wait behind every open query and have all others wait behind it.
 */
export async function createPartition(client: Queryable, partition: Partition): Promise<void> {
  await client.query(`CREATE TABLE ${quoteName(partition.name)} (LIKE ${PARTITIONED_TABLE} INCLUDING ALL)`);
  await attachPartition(client, partition);
}

export async function attachPartition(client: Queryable, { name, fromMs, toMs }: Partition): Promise<void> {
  await client.query(
    `ALTER TABLE ${PARTITIONED_TABLE} ATTACH PARTITION ${quoteName(name)}
       FOR VALUES FROM ('${timeLiteral(fromMs)}') TO ('${timeLiteral(toMs)}')`,
  );
}

/** Takes a partition out and removes it with its rows. Holds the whole table for the moment that it takes. */
export async function dropPartition(client: Queryable, name: string): Promise<void> {
  await client.query(`ALTER TABLE ${PARTITIONED_TABLE} DETACH PARTITION ${quoteName(name)}`);
  await client.query(`DROP TABLE ${quoteName(name)}`);
}

export function timeLiteral(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
