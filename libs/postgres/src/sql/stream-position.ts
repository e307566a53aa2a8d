import { FencedError } from '../errors.js';
import type { Queryable } from '../queryable.js';

const READ = `
INSERT INTO stream_position AS t (stream, sequence, updated_at) VALUES ($1, 0, now())
ON CONFLICT (stream) DO UPDATE SET stream = t.stream
RETURNING sequence`;

/** The position of a stream; one that was never recorded begins at 0. */
export async function readStreamPosition(client: Queryable, stream: string): Promise<number> {
  const { rows } = await client.query<{ sequence: string }>(READ, [stream]);
  return Number(rows[0].sequence);
}

const ADVANCE = `
UPDATE stream_position SET sequence = $3, logged_at = to_timestamp($4::float8 / 1000), updated_at = now()
WHERE stream = $1 AND sequence = $2`;

export interface PositionMove {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
  /** Log time of the message at `to`, epoch milliseconds. */
  readonly loggedAtMs: number;
}

/**
 * Moves the position on if it is where the caller believes it to be, or is there already: an earlier attempt of the
 * same move was committed although its answer got lost. Throws `FencedError` when somebody else moved it.
 */
export async function moveStreamPosition(client: Queryable, move: PositionMove): Promise<void> {
  const result = await client.query({
    name: 'advance-stream-position',
    text: ADVANCE,
    values: [move.stream, move.from, move.to, move.loggedAtMs],
  });
  if (result.rowCount === 1) return;
  const sequence = await readStreamPosition(client, move.stream);
  if (sequence === move.to) return;
  throw new FencedError(
    `${move.stream} was to be recorded from ${move.from} to ${move.to}, but its position is ${sequence}: ` +
      'another recorder writes to this database',
  );
}
