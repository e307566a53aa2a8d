/** What PostgreSQL answers, classed by what the caller should do about it. */

/**
 * - `refused`: this row (or one of these) can never be stored; the others can.
 * - `no-partition`: make the partition and try again.
 * - `retry`: nothing is wrong with the rows; PostgreSQL is away, busy, full or being changed. Try again until it works.
 */
export type DatabaseReaction = 'refused' | 'no-partition' | 'retry';

interface DatabaseErrorLike {
  readonly code?: unknown;
  readonly routine?: unknown;
}

/** Data exceptions; integrity constraints; a program limit, such as a key too large for its index. */
const REFUSED = /^(?:22|23|54)[0-9A-Z]{3}$/;
/** The server's function that finds no partition; the same in every language of its messages. */
const FIND_PARTITION = 'ExecFindPartition';

export function reactionTo(error: unknown): DatabaseReaction {
  const { code, routine } = (error ?? {}) as DatabaseErrorLike;
  if (typeof code !== 'string' || !REFUSED.test(code)) return 'retry';
  return code === '23514' && routine === FIND_PARTITION ? 'no-partition' : 'refused';
}

/** `could not connect (57P03)`: the message, with the server's code where there is one. */
export function describeDatabaseError(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' && message !== '' ? message : String(error);
  return typeof code === 'string' ? `${text} (${code})` : text;
}

/** Another recorder has moved the position since: what this one holds is outdated. Stop, and read again. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The database was written from another log. A person has to decide. */
export class ForeignLogError extends Error {
  override readonly name = 'ForeignLogError';
}
