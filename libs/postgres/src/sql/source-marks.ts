import { SourceMarks, type SourceMark } from '#sharding';
import type { Queryable } from '../queryable.js';

const READ = `
SELECT source, epoch, sequence, extract(epoch FROM used_at) * 1000 AS used_at_ms FROM source_mark`;

export async function readSourceMarks(client: Queryable): Promise<SourceMarks> {
  const { rows } = await client.query<Record<'source' | 'epoch' | 'sequence' | 'used_at_ms', string>>(READ);
  return SourceMarks.restore(
    rows.map((row) => ({
      source: row.source,
      epoch: Number(row.epoch),
      sequence: Number(row.sequence),
      usedAt: Math.round(Number(row.used_at_ms)),
    })),
  );
}

const RAISE = `
INSERT INTO source_mark AS t (source, epoch, sequence, used_at)
SELECT r.source, r.epoch, r.sequence, to_timestamp(r."usedAt" / 1000.0)
FROM jsonb_to_recordset($1::jsonb) AS r(source text, epoch int8, sequence int8, "usedAt" numeric)
ORDER BY r.source, r.epoch
ON CONFLICT (source, epoch) DO UPDATE SET sequence = excluded.sequence, used_at = excluded.used_at`;

/** Stores marks as they are; the caller moves the position in the same transaction, which is what guards them. */
export async function storeSourceMarks(client: Queryable, marks: readonly SourceMark[]): Promise<void> {
  if (marks.length === 0) return;
  await client.query({ name: 'store-source-marks', text: RAISE, values: [JSON.stringify(marks)] });
}

/** Removes marks that have not been used since `beforeMs` (log time): they count no more. */
export async function deleteSourceMarks(client: Queryable, beforeMs: number): Promise<void> {
  await client.query('DELETE FROM source_mark WHERE used_at < to_timestamp($1::float8 / 1000)', [beforeMs]);
}
