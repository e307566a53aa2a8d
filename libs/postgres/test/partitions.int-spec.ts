import { listPartitions, PartitionMaker, PartitionMerger, upsertAccountEvents } from '#postgres';
import { startTestPostgres, type TestPostgres } from '#testing';
import { event, migratedDatabase, TEST_NOW, type TestDatabase } from './database.js';

const DAY = 86_400_000;
let server: TestPostgres;
let database: TestDatabase;
beforeAll(async () => void (server = await startTestPostgres()));
afterAll(() => server.stop());
beforeEach(async () => void (database = await migratedDatabase(server)));
afterEach(() => database.close());

async function names(): Promise<string[]> {
  return (await listPartitions(database.pool)).map((partition) => partition.name).sort();
}

async function insert(timesMs: readonly number[], partitions = database.partitions): Promise<void> {
  await partitions.ensure(timesMs);
  const rows = [...timesMs]
    .sort((a, b) => a - b)
    .map((eventTime, i) => ({
      event: event({ eventTime, eventId: `e${i}` }),
      place: i + 1,
      firstPlace: i + 1,
    }));
  await upsertAccountEvents(database.pool, rows, 0);
}

async function count(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM account_event');
  return rows[0].n;
}

async function plan(sql: string): Promise<string> {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${sql}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('making partitions', () => {
  it('makes the days to come, today included', async () => {
    await database.partitions.ensureAhead(2);
    expect(await names()).toEqual([
      'account_event_20261121',
      'account_event_20261122',
      'account_event_20261123',
    ]);
  });

  it('takes rows of 26 years in one batch into months, and reads the same bounds back', async () => {
    const times = Array.from({ length: 26 * 12 }, (_, i) =>
      Date.UTC(2000, i, 1 + ((i * 7) % 28), 23, 59, 59, 999),
    );
    await insert(times);
    expect(await count()).toBe(times.length);
    const made = await listPartitions(database.pool);
    expect(made.length).toBe(times.length);
    for (const time of times) {
      expect(made.filter((range) => time >= range.fromMs && time < range.toMs)).toHaveLength(1);
    }
  }, 60_000);

  it('agrees with another process that makes the same ones at the same time', async () => {
    const makers = [1, 2, 3].map(() => new PartitionMaker(database.pool, { dayWindow: 35 }, () => TEST_NOW));
    const times = [0, 1, 2, 3, 4].map((i) => TEST_NOW - i * DAY);
    await Promise.all(makers.map((maker) => maker.ensure(times)));
    expect(await names()).toHaveLength(5);
    for (const maker of makers) expect(await maker.ensure(times)).toEqual([]);
  });

  it('does not wait behind an open query of a DBA, and does not make others wait', async () => {
    await insert([TEST_NOW]);
    const client = await database.pool.connect();
    await client.query('BEGIN; SELECT count(*) FROM account_event');
    const before = performance.now();
    await insert([TEST_NOW + DAY]);
    expect(performance.now() - before).toBeLessThan(5_000);
    await client.query('ROLLBACK');
    client.release();
  });
});

describe('retention', () => {
  it('drops partitions that have had their time, and no others', async () => {
    await insert([TEST_NOW, TEST_NOW - 3 * DAY, TEST_NOW - 4 * DAY, Date.UTC(2019, 5, 5)]);
    const dropped = await database.partitions.dropBefore(TEST_NOW - 3 * DAY);
    expect(dropped.map((partition) => partition.name)).toEqual([
      'account_event_201906',
      'account_event_20261117',
    ]);
    expect(await names()).toEqual(['account_event_20261118', 'account_event_20261121']);
    expect(await count()).toBe(2);
    await insert([Date.UTC(2019, 5, 5)]);
    expect(await count()).toBe(3);
  });
});

describe('merging', () => {
  const LATER = TEST_NOW + 90 * DAY;

  async function daysOfOctober(): Promise<PartitionMerger> {
    await insert(Array.from({ length: 31 }, (_, i) => Date.UTC(2026, 9, i + 1, 12)));
    expect(await names()).toHaveLength(31);
    return new PartitionMerger(database.pool, { dayWindow: 35 }, () => LATER);
  }

  it('turns the days of a month long past into one partition with the same rows and indexes', async () => {
    const merger = await daysOfOctober();
    const before = await database.pool.query('SELECT * FROM account_event ORDER BY event_time');
    expect((await merger.mergeOldest())?.name).toBe('account_event_202610');
    expect(await names()).toEqual(['account_event_202610']);
    const after = await database.pool.query('SELECT * FROM account_event ORDER BY event_time');
    expect(after.rows).toEqual(before.rows);
    const { rows: indexes } = await database.pool.query(
      `SELECT count(*)::int AS n FROM pg_inherits AS i JOIN pg_index AS x ON x.indexrelid = i.inhrelid
       WHERE x.indrelid = 'account_event_202610'::regclass`,
    );
    expect(indexes[0].n).toBe(2);
    const { rows: checks } = await database.pool.query(
      `SELECT conname FROM pg_constraint WHERE conrelid = 'account_event_202610'::regclass AND contype = 'c'`,
    );
    expect(checks).toEqual([]);
    expect(await merger.mergeOldest()).toBeNull();
    // Late rows of the month still find their place, and a row that is there is found, not doubled.
    const maker = new PartitionMaker(database.pool, { dayWindow: 35 }, () => LATER);
    await insert([Date.UTC(2026, 9, 31, 23, 59), Date.UTC(2026, 9, 1, 12)], maker);
    expect(await names()).toEqual(['account_event_202610']);
  });

  it('gives way to a writer of one of its days, and leaves everything as it was', async () => {
    const merger = await daysOfOctober();
    const holder = await database.pool.connect();
    await holder.query('BEGIN; SELECT count(*) FROM account_event'); // keeps the last step from its lock
    const merging = merger.mergeOldest();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await merger.giveWay([Date.UTC(2026, 8, 1)]); // another month: no reason to stop
    await merger.giveWay([Date.UTC(2026, 9, 15)]);
    expect(await merging).toBeNull();
    await holder.query('ROLLBACK');
    holder.release();
    expect(await names()).toHaveLength(31);
    expect(await count()).toBe(31);
  });
});

describe('the two queries that the table is made for', () => {
  beforeEach(async () => {
    await insert([TEST_NOW, TEST_NOW - DAY, TEST_NOW - 2 * DAY, Date.UTC(2019, 5, 5)]);
    await database.pool.query(`
      INSERT INTO account_event (event_time, log_seq, first_log_seq, account_id, event_id, event_type)
      SELECT '2026-11-20'::timestamptz + i * interval '1 second', i, i, 'acc' || i % 5000, 'id' || i, 'click'
      FROM generate_series(1, 50000) AS i`);
    await database.pool.query('ANALYZE account_event');
  });

  it('one account over a range of time reads the partitions in the range, by the account index', async () => {
    const text = await plan(`SELECT * FROM account_event WHERE account_id = 'acc77'
      AND event_time >= '2026-11-20T00:00Z' AND event_time < '2026-11-21T00:00Z'`);
    expect(text).toMatch(/account_event_20261120_account_id_event_time_idx/);
    expect(text).not.toMatch(/20261119|20261121|201906|Seq Scan/);
  });

  it('everything in a range of time reads the partitions in the range, by the key', async () => {
    const text = await plan(`SELECT * FROM account_event
      WHERE event_time >= '2026-11-20T03:00Z' AND event_time < '2026-11-20T03:01Z'`);
    expect(text).toMatch(/account_event_20261120_pkey/);
    expect(text).not.toMatch(/20261119|20261121|201906|Seq Scan/);
  });
});
