/**
 * Which key and which indexes should `account_event` have, and how should rows be passed to it?
 *
 *   DATABASE_URL=postgres://… node dist/libs/postgres/bench/layouts.js [rows] [accounts]
 *
 * Needs a PostgreSQL on this machine and a database that may be written to: works in tables of its own (`bench_*`).
 * Prints, for each layout, the CPU of server and client a row, the size, and the time of the two queries.
 */
import pg from 'pg';
import { SeededNumbers, sampleRow, type SampleRow } from './sample-rows.js';
import { serverCpuSeconds } from './server-cpu.js';
import { WRITERS, type Writer } from './writers.js';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const ACCOUNTS = Number(process.argv[3] ?? 1_000_000);
const BATCH = Number(process.env.BATCH ?? 4_000);
const START = Date.UTC(2025, 5, 1);
/** Rows of one second, so that the rows of a run spread over some minutes to a day. */
const ROWS_PER_SECOND = Number(process.env.ROWS_PER_SECOND ?? Math.ceil(ROWS / 80_000));

interface Layout {
  readonly name: string;
  readonly ddl: readonly string[];
  readonly conflict: string;
}

const TIME_KEY = 'event_time, account_id, event_id';
const ACCOUNT_KEY = 'account_id, event_time, event_id';

const LAYOUTS: readonly Layout[] = [
  { name: 'time key alone', ddl: [`PRIMARY KEY (${TIME_KEY})`], conflict: TIME_KEY },
  {
    name: 'time key, index (account_id, event_time)',
    ddl: [`PRIMARY KEY (${TIME_KEY})`, 'CREATE INDEX ON bench_event (account_id, event_time)'],
    conflict: TIME_KEY,
  },
  {
    name: 'time key, index (account_id)',
    ddl: [`PRIMARY KEY (${TIME_KEY})`, 'CREATE INDEX ON bench_event (account_id)'],
    conflict: TIME_KEY,
  },
  {
    name: 'time key, hash index (account_id)',
    ddl: [`PRIMARY KEY (${TIME_KEY})`, 'CREATE INDEX ON bench_event USING hash (account_id)'],
    conflict: TIME_KEY,
  },
  {
    name: 'account key, block range index on time',
    ddl: [`PRIMARY KEY (${ACCOUNT_KEY})`, 'CREATE INDEX ON bench_event USING brin (event_time)'],
    conflict: ACCOUNT_KEY,
  },
];

async function createTable(pool: pg.Pool, layout: Layout): Promise<void> {
  await pool.query('DROP TABLE IF EXISTS bench_event');
  await pool.query(`CREATE TABLE bench_event (
    event_time timestamptz NOT NULL, log_seq bigint NOT NULL, first_log_seq bigint NOT NULL,
    account_id text COLLATE "C" NOT NULL, event_id text COLLATE "C" NOT NULL, event_type text NOT NULL,
    country text, amount numeric(16,4), currency text, attributes jsonb, ${layout.ddl[0]})`);
  for (const statement of layout.ddl.slice(1)) await pool.query(statement);
}

function* batches(): Generator<SampleRow[]> {
  const random = new SeededNumbers(7);
  for (let from = 0; from < ROWS; from += BATCH) {
    const rows: SampleRow[] = [];
    for (let i = from; i < Math.min(from + BATCH, ROWS); i++) {
      const time = START + Math.floor((i * 1000) / ROWS_PER_SECOND) - random.below(2000);
      rows.push(sampleRow(random, ACCOUNTS, time, i));
    }
    yield rows;
  }
}

function sorted(rows: SampleRow[]): SampleRow[] {
  return rows.sort((a, b) => a.eventTime - b.eventTime || (a.accountId < b.accountId ? -1 : 1));
}

async function fill(pool: pg.Pool, writer: Writer, conflict: string) {
  const client = await pool.connect();
  let clientMicros = 0;
  let rows = 0;
  const serverBefore = await serverCpuSeconds(pool);
  const started = performance.now();
  for (const batch of batches()) {
    sorted(batch);
    const before = process.cpuUsage();
    await writer.write(client, batch, conflict);
    const used = process.cpuUsage(before);
    clientMicros += used.user + used.system;
    rows += batch.length;
  }
  const seconds = (performance.now() - started) / 1000;
  client.release();
  const server = (await serverCpuSeconds(pool)) - serverBefore;
  return { serverMicros: (server * 1e6) / rows, clientMicros: clientMicros / rows, rate: rows / seconds };
}

async function medianMs(
  pool: pg.Pool,
  repeat: number,
  query: (i: number) => [string, unknown[]],
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeat; i++) {
    const [text, values] = query(i);
    const started = performance.now();
    await pool.query(text, values);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(repeat / 2)];
}

async function queryTimes(pool: pg.Pool) {
  const span = (ROWS / ROWS_PER_SECOND) * 1000;
  const account = await medianMs(pool, 200, (i) => [
    'SELECT * FROM bench_event WHERE account_id = $1 AND event_time >= $2 AND event_time < $3',
    [String(1_000_000 + ((i * 7919) % ACCOUNTS)), new Date(START), new Date(START + span / 2)],
  ]);
  const range = await medianMs(pool, 20, (i) => [
    'SELECT count(*), sum(amount) FROM bench_event WHERE event_time >= $1 AND event_time < $2',
    [new Date(START + (span * i) / 25), new Date(START + (span * i) / 25 + span / 100)],
  ]);
  return { account, range };
}

async function main(): Promise<void> {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
  console.log(
    `${ROWS} rows, ${ACCOUNTS} accounts, batches of ${BATCH}, ${ROWS_PER_SECOND} rows per second of event time`,
  );
  const only = process.env.ONLY;
  for (const layout of LAYOUTS) {
    for (const writer of layout === LAYOUTS[1] ? WRITERS : WRITERS.slice(0, 1)) {
      if (only !== undefined && !`${layout.name}/${writer.name}`.includes(only)) continue;
      await createTable(pool, layout);
      await pool.query('CHECKPOINT');
      const cost = await fill(pool, writer, layout.conflict);
      await pool.query('VACUUM ANALYZE bench_event');
      const times = await queryTimes(pool);
      const size = await pool.query<{ mb: string }>(
        "SELECT round(pg_total_relation_size('bench_event') / 1e6) AS mb",
      );
      console.log(
        `${layout.name} / ${writer.name}: server ${cost.serverMicros.toFixed(1)} µs/row, client ` +
          `${cost.clientMicros.toFixed(1)} µs/row, ${Math.round(cost.rate)} rows/s, ${size.rows[0].mb} MB, ` +
          `one account ${times.account.toFixed(2)} ms, 1 % of the time ${times.range.toFixed(2)} ms`,
      );
    }
  }
  await pool.query('DROP TABLE bench_event');
  await pool.end();
}

await main();
