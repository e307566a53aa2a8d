/**
 * What do many partitions cost?
 *
 *   DATABASE_URL=postgres://… node dist/libs/postgres/bench/partition-widths.js
 *
 * Needs an empty database that may be written to. For each way to cut 26 years prints the number of partitions, the
 * time of one account's query with and without a range of time, and of a batch of 2,000 rows scattered over all years
 * and of one of today.
 */
import {
  createPool,
  mergeVersions,
  migrate,
  PartitionMaker,
  upsertAccountEvents,
  type EventRow,
} from '#postgres';
import { NO_ATTRIBUTES } from '#contracts';
import type pg from 'pg';
import { SeededNumbers } from './sample-rows.js';

const DAY = 86_400_000;
const NOW = Date.now();
const FIRST = Date.UTC(2000, 0);
const REPEAT = 15;
const BATCH = 2_000;

/** Days within the window, months before. */
const WINDOWS = [
  { name: 'months, and days of the last weeks', dayWindow: 35 },
  { name: 'months, and days of the last 3 years', dayWindow: 3 * 365 },
  { name: 'months, and days of the last 6 years', dayWindow: 6 * 365 },
];

async function median(work: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < REPEAT; i++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return `${times.sort((a, b) => a - b)[REPEAT >> 1].toFixed(1)} ms`;
}

let place = 0;
function batch(random: SeededNumbers, time: () => number): EventRow[] {
  const rows = Array.from({ length: BATCH }, () => {
    place += 1;
    const event = {
      eventId: `id-${place}`,
      accountId: `a${random.below(100_000)}`,
      eventType: 'click',
      eventTime: time(),
      country: 'NL',
      amount: null,
      currency: null,
      attributes: NO_ATTRIBUTES,
    };
    return { event, place, firstPlace: place };
  });
  return mergeVersions(rows);
}

async function measure(pool: pg.Pool, name: string, dayWindow: number): Promise<void> {
  const partitions = new PartitionMaker(pool, { dayWindow }, () => NOW);
  await partitions.reload();
  const days = Math.ceil((NOW - FIRST) / DAY);
  await partitions.ensure(Array.from({ length: days }, (_, i) => FIRST + i * DAY));
  await partitions.ensureAhead(1);
  const random = new SeededNumbers(3);
  const write = (time: () => number) => median(() => upsertAccountEvents(pool, batch(random, time), 0));
  const scattered = await write(() => FIRST + random.below(days - 1) * DAY + random.below(DAY));
  const today = await write(() => NOW - random.below(60_000));
  const account = `SELECT * FROM account_event WHERE account_id = 'a77'`;
  const everything = await median(() => pool.query(account));
  const lastDay = await median(() => pool.query(`${account} AND event_time >= $1`, [new Date(NOW - DAY)]));
  console.log(
    `${name}: ${partitions.partitions.length} partitions; one account: ${lastDay} with a range, ${everything} without; ` +
      `a batch of ${BATCH}: ${today} of today, ${scattered} scattered`,
  );
}

const databaseUrl = process.env.DATABASE_URL ?? '';
await migrate(databaseUrl);
const pool = createPool({ databaseUrl, applicationName: 'bench', maxConnections: 2 });
for (const { name, dayWindow } of WINDOWS) {
  const { rows } = await pool.query(
    'SELECT inhrelid::regclass AS name FROM pg_inherits WHERE inhparent = $1::regclass',
    ['account_event'],
  );
  // One by one: all at once would run out of the server's lock table.
  for (const row of rows) await pool.query(`DROP TABLE ${row.name}`);
  await measure(pool, name, dayWindow);
}
await pool.end();
