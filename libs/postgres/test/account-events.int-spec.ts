import { randomBytes } from 'node:crypto';
import type { AccountEvent, Attribute } from '#contracts';
import { inTransaction, mergeVersions, reactionTo, upsertAccountEvents, type EventRow } from '#postgres';
import { startTestPostgres, type TestPostgres } from '#testing';
import fc from 'fast-check';
import { event, migratedDatabase, TEST_NOW, type TestDatabase } from './database.js';

let server: TestPostgres;
let database: TestDatabase;
beforeAll(async () => {
  server = await startTestPostgres();
  database = await migratedDatabase(server);
  await database.partitions.ensureAhead(1);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(() => database.pool.query('TRUNCATE account_event'));

const rowOf = (one: AccountEvent, place: number): EventRow => ({ event: one, place, firstPlace: place });

async function write(rows: readonly EventRow[], generation = 0): Promise<void> {
  const merged = mergeVersions([...rows]);
  await database.partitions.ensure(merged.map((row) => row.event.eventTime));
  await upsertAccountEvents(database.pool, merged, generation);
}

async function table(): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query(`
    SELECT account_id, (extract(epoch FROM event_time) * 1000)::int8 AS ms, event_id, event_type, country,
      amount::text, currency, attributes::text, log_seq, first_log_seq
    FROM account_event ORDER BY account_id, event_time, event_id`);
  return rows;
}

const attribute = (name: string, kind: Attribute['kind'], text: string): Attribute => ({ name, kind, text });

describe('a row', () => {
  it('holds exactly what the event says', async () => {
    await write([
      rowOf(
        event({
          eventId: 'naïve-✓-𝒳',
          accountId: 'O\'Brien\\"{}',
          eventTime: TEST_NOW + 7,
          country: 'NL',
          amount: -1_234_567_890_123,
          currency: 'EUR',
          attributes: [
            attribute('deviceId', 'string', 'a "quoted" \\ text ✓'),
            attribute('n', 'number', '12345678901234567890.5'),
            attribute('ok', 'boolean', 'true'),
          ],
        }),
        4097,
      ),
    ]);
    expect(await table()).toEqual([
      {
        account_id: 'O\'Brien\\"{}',
        ms: String(TEST_NOW + 7),
        event_id: 'naïve-✓-𝒳',
        event_type: 'purchase',
        country: 'NL',
        amount: '-123456789.0123',
        currency: 'EUR',
        attributes: '{"n": 12345678901234567890.5, "ok": true, "deviceId": "a \\"quoted\\" \\\\ text ✓"}',
        log_seq: '4097',
        first_log_seq: '4097',
      },
    ]);
  });

  it('holds any amount of the contract to the last digit', async () => {
    const edges = [0, 1, -1, 9_999, 10_000, 10_001, 99_999_999, 100_000_000, 1e15, -1e15, 1e15 - 1];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -1e15, max: 1e15 }), { maxLength: 50 }), async (random) => {
        await database.pool.query('TRUNCATE account_event');
        const amounts = [...edges, ...random];
        await write(amounts.map((amount, i) => rowOf(event({ eventId: `e${i}`, amount }), i + 1)));
        const { rows } = await database.pool.query<{ id: string; scaled: string }>(
          'SELECT event_id AS id, (amount * 10000)::int8 AS scaled FROM account_event',
        );
        const stored = new Map(rows.map((row) => [row.id, Number(row.scaled)]));
        expect(amounts.map((_, i) => stored.get(`e${i}`))).toEqual(amounts);
      }),
      { numRuns: 20 },
    );
  });

  it('of a later log wins over any place of an earlier one', async () => {
    await write([rowOf(event({ country: 'NL' }), 2 ** 50)], 0);
    await write([rowOf(event({ country: 'DE' }), 5)], 1);
    const [row] = await table();
    expect(row).toMatchObject({
      country: 'DE',
      log_seq: String(2n ** 53n + 5n),
      first_log_seq: String(2n ** 50n),
    });
  });
});

const delivery = fc.record({
  account: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 0, max: 2 }),
  id: fc.constantFrom('x', 'Y'),
  country: fc.constantFrom('NL', 'DE', null),
  amount: fc.option(fc.integer({ min: -1e6, max: 1e6 })),
});

/** What the contract says, in the plainest way: the last delivery of an identity stands. */
function expected(rows: readonly EventRow[]): Map<string, { last: EventRow; first: number }> {
  const byKey = new Map<string, { last: EventRow; first: number }>();
  for (const row of rows) {
    const key = `${row.event.accountId} ${row.event.eventTime} ${row.event.eventId}`;
    const known = byKey.get(key);
    if (!known) byKey.set(key, { last: row, first: row.place });
    else {
      if (row.place > known.last.place) known.last = row;
      known.first = Math.min(known.first, row.place);
    }
  }
  return byKey;
}

it('upserts commute: any order, any cut into batches, any redelivery give the same table', async () => {
  const plan = fc.record({
    deliveries: fc.array(delivery, { minLength: 1, maxLength: 25 }),
    seed: fc.integer({ min: 1 }),
    batch: fc.integer({ min: 1, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ deliveries, seed, batch }) => {
      await database.pool.query('TRUNCATE account_event');
      const rows = deliveries.map((one, i) =>
        rowOf(
          event({
            accountId: `a${one.account}`,
            eventTime: TEST_NOW + one.time,
            eventId: one.id,
            country: one.country,
            amount: one.amount,
          }),
          1000 + i,
        ),
      );
      const again = [...rows, ...rows.filter((_, i) => (seed >> (i % 30)) & 1)];
      const shuffled = again
        .map((row, i) => ({ row, key: Math.imul(seed ^ i, 2654435761) >>> 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
      for (let i = 0; i < shuffled.length; i += batch) await write(shuffled.slice(i, i + batch));
      const stored = await table();
      const want = expected(rows);
      expect(stored).toHaveLength(want.size);
      for (const row of stored) {
        const { last, first } = want.get(`${row.account_id} ${row.ms} ${row.event_id}`)!;
        expect(row).toMatchObject({
          country: last.event.country,
          log_seq: String(last.place),
          first_log_seq: String(first),
        });
        expect(row.amount === null ? null : Math.round(Number(row.amount) * 10_000)).toBe(last.event.amount);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

describe('what PostgreSQL answers', () => {
  const reaction = (work: Promise<void>) => work.then(() => 'stored', reactionTo);

  it('is "refused" for a row that can never be stored', async () => {
    const nul = [rowOf(event({ eventId: 'a\0b' }), 1)];
    expect(await reaction(upsertAccountEvents(database.pool, nul, 0))).toBe('refused');
    const notJson = [rowOf(event({ attributes: [attribute('n', 'number', 'NaN')] }), 1)];
    expect(await reaction(upsertAccountEvents(database.pool, notJson, 0))).toBe('refused');
    const longKey = [rowOf(event({ eventId: randomBytes(8_000).toString('hex') }), 1)];
    expect(await reaction(upsertAccountEvents(database.pool, longKey, 0))).toBe('refused');
  });

  it('is "no-partition" where there is none', async () => {
    const old = [rowOf(event({ eventTime: Date.UTC(1999, 0) }), 1)];
    expect(await reaction(upsertAccountEvents(database.pool, old, 0))).toBe('no-partition');
  });

  it('is "retry" when a lock is held by others', async () => {
    await write([rowOf(event({}), 1)]);
    await inTransaction(database.pool, async (holder) => {
      await holder.query('LOCK TABLE account_event IN ACCESS EXCLUSIVE MODE');
      const waiting = inTransaction(database.pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = '100ms'`);
        await upsertAccountEvents(client, [rowOf(event({}), 2)], 0);
      });
      expect(await reaction(waiting)).toBe('retry');
    });
  });
});
