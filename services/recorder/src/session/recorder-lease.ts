/**
 * The right to write to the database: an advisory lock on a connection of its own, so that a second recorder stands
 * by instead of doing the work twice. What keeps two from doing harm to each other is not this lock but the position,
 * which moves only from where its mover believes it to be.
 */
import pg from 'pg';
import { pause } from '../pump/backoff.js';

/** Any two numbers that no other program uses: "vigil", "recorder". */
const LOCK = [0x76_69_67_69, 0x72_65_63];
const RETRY_MS = 1_000;
/** A connection that broke without a word is noticed within this and the query's time-out. */
const PROBE_MS = 5_000;
const PROBE_TIMEOUT_MS = 10_000;

export class RecorderLease {
  /** Resolves when the lock may have been lost. */
  readonly lost: Promise<Error>;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly client: pg.Client,
    lost: Promise<Error>,
    private readonly lose: (error: Error) => void,
  ) {
    this.lost = lost;
    this.timer = setInterval(() => void this.probe(), PROBE_MS);
  }

  /**
   * Waits for the lock; `onWait` is told once who holds it. Rejects when PostgreSQL cannot be reached, or when the
   * signal is aborted.
   */
  static async acquire(
    databaseUrl: string,
    signal: AbortSignal,
    onWait: (holder: string) => void,
  ): Promise<RecorderLease> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'vigil-recorder-lease',
      connectionTimeoutMillis: 5_000,
      query_timeout: PROBE_TIMEOUT_MS,
      keepAlive: true,
    });
    let lose!: (error: Error) => void;
    const lost = new Promise<Error>((resolve) => (lose = resolve));
    client.on('error', (error) => lose(error));
    client.on('end', () => lose(new Error('the connection that holds the recorder lock was closed')));
    try {
      await client.connect();
      await client.query(
        'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3',
      );
      let told = false;
      while (!(await tryLock(client))) {
        if (!told) onWait(await holderOf(client));
        told = true;
        await pause(RETRY_MS, signal);
        if (signal.aborted) throw new Error('stopped while waiting for the recorder lock');
      }
      return new RecorderLease(client, lost, lose);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.client.end().catch(() => undefined);
  }

  private async probe(): Promise<void> {
    try {
      await this.client.query('SELECT 1');
    } catch (error) {
      this.lose(error as Error);
    }
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock($1, $2) AS locked',
    LOCK,
  );
  return rows[0].locked;
}

async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; address: string | null; since: Date }>(
    `SELECT a.pid, host(a.client_addr) AS address, a.backend_start AS since
     FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.classid = $1 AND l.objid = $2 AND l.granted
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    LOCK,
  );
  const holder = rows.at(0);
  if (holder === undefined) return 'nobody any more';
  return `connection ${holder.pid} from ${holder.address ?? 'this machine'}, since ${holder.since.toISOString()}`;
}
