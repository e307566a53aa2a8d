/** Connections to PostgreSQL, with the limits that keep a silent server from holding a caller for ever. */
import pg from 'pg';

export interface PoolSettings {
  /** `postgres://user:password@host:port/database`. */
  readonly databaseUrl: string;
  /** Shown to DBA teams in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Most connections held at once. */
  readonly maxConnections: number;
  /** A connection that is not made by then fails. */
  readonly connectTimeoutMs: number;
  /** A statement without an answer by then fails, here and (if it can still be reached) on the server. */
  readonly queryTimeoutMs: number;
  /** A lock that is not granted by then fails the statement: what holds it (a merge, a DBA) can be dealt with. */
  readonly lockTimeoutMs: number;
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
}

export const DEFAULT_POOL_SETTINGS: Omit<PoolSettings, 'databaseUrl' | 'applicationName'> = {
  maxConnections: 8,
  connectTimeoutMs: 5_000,
  queryTimeoutMs: 60_000,
  lockTimeoutMs: 5_000,
};

/** Makes a pool; nothing connects before the first query. */
export function createPool(
  settings: Pick<PoolSettings, 'databaseUrl' | 'applicationName'> & Partial<PoolSettings>,
): pg.Pool {
  const full = { ...DEFAULT_POOL_SETTINGS, ...settings };
  const pool = new pg.Pool({
    connectionString: full.databaseUrl,
    application_name: full.applicationName,
    max: full.maxConnections,
    connectionTimeoutMillis: full.connectTimeoutMs,
    query_timeout: full.queryTimeoutMs,
    statement_timeout: full.queryTimeoutMs,
    lock_timeout: full.lockTimeoutMs,
    keepAlive: true,
    // An idle connection costs PostgreSQL memory; the next burst makes it again in milliseconds.
    idleTimeoutMillis: 60_000,
  });
  // Without a listener, a server that restarts would end this process by an unhandled 'error' event.
  pool.on('error', (error) => full.onIdleError?.(error));
  // The same holds of a connection in use, and of one that is being closed because something on it failed: the pool
  // listens to idle ones only. The query in flight, or the next one, fails and tells.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Runs `work` in one transaction on one connection. A connection on which anything failed is closed, never
 * given back: after a timeout its state is unknown.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(failure);
  }
}
