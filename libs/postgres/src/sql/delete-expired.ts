import type { Queryable } from '../queryable.js';

/** Tables that are no partitioned ones, with the column that tells a row's age. */
const AGE_COLUMN = { alert: 'event_time', late_event: 'logged_at', dead_letter: 'received_at' } as const;

export type ExpiringTable = keyof typeof AGE_COLUMN;

/** Deletes at most `limit` rows that are older than `beforeMs`, and returns how many there were. */
export async function deleteExpired(
  client: Queryable,
  table: ExpiringTable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const column = AGE_COLUMN[table];
  const { rowCount } = await client.query(
    `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM ${table} WHERE ${column} < to_timestamp($1::float8 / 1000) LIMIT $2))`,
    [beforeMs, limit],
  );
  return rowCount ?? 0;
}
