/** Finds the rows that PostgreSQL refuses among those that it does not. */
import { describeDatabaseError, reactionTo } from '#postgres';

export interface RefusedRow<R> {
  readonly row: R;
  /** What PostgreSQL said. */
  readonly message: string;
}

/**
 * Stores the rows, by halves where some are refused, and returns the refused ones. `store` must be repeatable and
 * store all of its rows or none. Rejects with any failure that is not about the rows.
 */
export async function storeIsolating<R>(
  rows: readonly R[],
  store: (rows: readonly R[]) => Promise<void>,
): Promise<RefusedRow<R>[]> {
  if (rows.length === 0) return [];
  try {
    await store(rows);
    return [];
  } catch (error) {
    if (reactionTo(error) !== 'refused') throw error;
    if (rows.length === 1) return [{ row: rows[0], message: describeDatabaseError(error) }];
  }
  const middle = rows.length >> 1;
  const left = await storeIsolating(rows.slice(0, middle), store);
  const right = await storeIsolating(rows.slice(middle), store);
  return [...left, ...right];
}
