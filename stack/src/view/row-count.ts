/** How many rows the database holds, counted exactly and as often as that is cheap. */
import { createPool } from '#postgres';

/** A count may take this share of the time at most. */
const COST_SHARE = 0.02;
const SOONEST_MS = 1_000;
const QUERY_LIMIT_MS = 10_000;

export class RowCount {
  /** `null` until the first count. */
  rows: number | null = null;
  private readonly pool;
  private nextAt = 0;
  private counting = false;

  constructor(databaseUrl: string) {
    this.pool = createPool({
      databaseUrl,
      applicationName: 'vigil-status',
      maxConnections: 1,
      queryTimeoutMs: QUERY_LIMIT_MS,
    });
  }

  /** Counts in the background if it is time to. */
  refresh(): void {
    if (this.counting || Date.now() < this.nextAt) return;
    this.counting = true;
    const begun = Date.now();
    void this.pool
      .query<{ rows: string }>('SELECT count(*) AS rows FROM account_event')
      .then(({ rows: [row] }) => (this.rows = Number(row.rows)))
      // Away, or not migrated yet: the figure stays what it was.
      .catch(() => undefined)
      .finally(() => {
        this.counting = false;
        const tookMs = Date.now() - begun;
        this.nextAt = Date.now() + Math.max(SOONEST_MS, tookMs / COST_SHARE);
      });
  }

  async stop(): Promise<void> {
    await this.pool.end();
  }
}
