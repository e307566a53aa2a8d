import { ForeignLogError } from '../errors.js';
import { MAX_GENERATION } from '../log-generation.js';
import type { Queryable } from '../queryable.js';

const CURRENT = 'SELECT generation, log_id, since FROM log_identity ORDER BY generation DESC LIMIT 1';

interface IdentityRow {
  readonly generation: number;
  readonly log_id: string;
  readonly since: Date;
}

/**
 * Ties the database to a log, and returns the log's generation. An empty database is tied to the first log that
 * comes. One that was written from another log is refused with `ForeignLogError`, unless `adopt` is set: then the
 * next generation begins, and every stream is recorded from its start. Call it in a transaction.
 */
export async function claimForLog(client: Queryable, logId: string, adopt: boolean): Promise<number> {
  // Two recorders on an empty database must not both become the first.
  await client.query('LOCK TABLE log_identity IN SHARE ROW EXCLUSIVE MODE');
  const { rows } = await client.query<IdentityRow>(CURRENT);
  const current = rows.at(0);
  if (current === undefined) return begin(client, 0, logId);
  if (current.log_id === logId) return current.generation;
  if (!adopt) {
    throw new ForeignLogError(
      `This database has been written from the log ${current.log_id} since ${current.since.toISOString()}, and the ` +
        `log at hand is ${logId}. Use the database that belongs to this log, or an empty one; or set ` +
        'VIGIL_ADOPT_LOG=true to let this database go on with the new log (its rows stay).',
    );
  }
  if (current.generation >= MAX_GENERATION) {
    throw new ForeignLogError(
      `This database has gone through ${MAX_GENERATION + 1} logs: no further one fits.`,
    );
  }
  await client.query('DELETE FROM stream_position');
  await client.query('DELETE FROM source_mark');
  return begin(client, current.generation + 1, logId);
}

async function begin(client: Queryable, generation: number, logId: string): Promise<number> {
  await client.query('INSERT INTO log_identity (generation, log_id) VALUES ($1, $2)', [generation, logId]);
  return generation;
}
