import { COUNTRIES } from '#contracts';
import { migrate, migrationNames, pendingMigrations, upsertAccountEvents } from '#postgres';
import { createTestDatabase, startTestPostgres, type TestPostgres } from '#testing';
import pg from 'pg';
import { event, migratedDatabase } from './database.js';

let server: TestPostgres;
beforeAll(async () => void (server = await startTestPostgres()));
afterAll(() => server.stop());

describe('migrating', () => {
  it('lists what is pending without writing, applies it once however many come at once, then has nothing to do', async () => {
    const url = await createTestDatabase(server);
    expect(await pendingMigrations(url)).toEqual(migrationNames());
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const before = await client.query(`SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'`);
    expect(before.rows[0].n).toBe(0);
    const runs = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(runs.map((names) => names.length).sort()).toEqual([0, 0, migrationNames().length]);
    expect(await pendingMigrations(url)).toEqual([]);
    expect(await migrate(url)).toEqual([]);
    await client.end();
  });

  it('says what PostgreSQL says when it cannot be reached', async () => {
    await expect(migrate('postgres://nobody@127.0.0.1:1/none')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('leaves a comment on every table, view and column', async () => {
    const { pool, close } = await migratedDatabase(server);
    const { rows } = await pool.query(`
      SELECT c.relname, a.attname FROM pg_class AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND (a.attnum > 0 AND NOT a.attisdropped)
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND c.relname <> 'schema_migration'
        AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)`);
    expect(rows).toEqual([]);
    await close();
  });

  it('fills in the countries that the contract knows', async () => {
    const { pool, close } = await migratedDatabase(server);
    const { rows } = await pool.query('SELECT alpha2, alpha3, name FROM country ORDER BY alpha2 COLLATE "C"');
    expect(rows).toEqual([...COUNTRIES].sort((a, b) => (a.alpha2 < b.alpha2 ? -1 : 1)));
    await close();
  });
});

describe('what DBA teams see', () => {
  it('server_log shows events in the form of the servers’ own logs', async () => {
    const { pool, partitions, close } = await migratedDatabase(server);
    const rows = [
      event({
        eventId: 'x',
        accountId: '9726',
        eventType: 'login',
        country: 'NL',
        eventTime: 1601736282_005,
      }),
      event({
        eventId: 'y',
        accountId: '9726',
        eventType: 'login',
        country: 'ZZ',
        eventTime: 1601736283_999,
      }),
      event({ eventId: 'z', accountId: '9726', eventType: 'log-out', eventTime: 1601736284_000 }),
    ].map((one, i) => ({ event: one, place: i + 1, firstPlace: i + 1 }));
    await partitions.ensure(rows.map((row) => row.event.eventTime));
    await upsertAccountEvents(pool, rows, 0);
    // The session's time zone must not matter.
    const client = await pool.connect();
    await client.query(`SET timezone = 'Asia/Tokyo'`);
    const result = await client.query('SELECT * FROM server_log ORDER BY "eventTimeStamp"');
    client.release(true);
    const common = { userId: '9726' };
    expect(result.rows).toEqual([
      {
        ...common,
        eventId: 'x',
        eventType: 'login',
        locationCountry: 'Netherlands',
        eventTimeStamp: '2020-10-03-14-44-42',
      },
      {
        ...common,
        eventId: 'y',
        eventType: 'login',
        locationCountry: 'Other',
        eventTimeStamp: '2020-10-03-14-44-43',
      },
      {
        ...common,
        eventId: 'z',
        eventType: 'log-out',
        locationCountry: null,
        eventTimeStamp: '2020-10-03-14-44-44',
      },
    ]);
    await close();
  });

  it('vigil_reader reads every table, partitions made later included, and writes none', async () => {
    const { pool, partitions, close } = await migratedDatabase(server);
    await partitions.ensure([Date.UTC(2011, 1, 3)]);
    const client = await pool.connect();
    await client.query('SET ROLE vigil_reader');
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')`,
    );
    expect(tables.map((table) => table.name)).toEqual(
      expect.arrayContaining(['account_event_201102', 'server_log']),
    );
    for (const { name } of tables) {
      await client.query(`SELECT * FROM "${name}" LIMIT 1`);
      await expect(client.query(`DELETE FROM "${name}"`)).rejects.toThrow(
        name === 'server_log' ? /cannot delete from view/ : /permission denied/,
      );
    }
    await expect(client.query(`INSERT INTO country VALUES ('XX', 'XXX', 'x')`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(client.query('CREATE TABLE mine (x int)')).rejects.toThrow(/permission denied/);
    await expect(client.query('TRUNCATE alert')).rejects.toThrow(/permission denied/);
    client.release(true);
    await close();
  });

  it('a user who may not create roles can migrate all the same', async () => {
    const url = await createTestDatabase(server);
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(
      `DROP ROLE IF EXISTS plain_owner; CREATE ROLE plain_owner LOGIN PASSWORD 'plain-owner-1'`,
    );
    await admin.query(`ALTER SCHEMA public OWNER TO plain_owner`);
    const own = new URL(url);
    own.username = 'plain_owner';
    own.password = 'plain-owner-1';
    await migrate(own.href);
    expect(await pendingMigrations(own.href)).toEqual([]);
    await admin.end();
  });
});
