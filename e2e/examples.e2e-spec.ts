/** The documented examples, end to end: in order, reversed, doubled, over HTTP and NATS, beside live traffic. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { openWorld, post, settled, until, type World } from './fixtures.js';

const LINES = [
  '395805b6-7aee-409a-85cc-d2ffb7eb7ef2,9726,login,RU,1601736282',
  '395805b6-7aee-409a-85cc-d2ffb7eb7ef2,9726,login,IN,1601736283',
  '395805b6-7aee-409a-85cc-111111111111,9727,login,RU,1601736282',
  '395805b6-7aee-409a-85cc-222222222222,9728,login,IN,1601736283',
  '395805b6-7aee-409a-85cc-333333333333,9729,login,RU,1601737420',
  '395805b6-7aee-409a-85cc-444444444444,9729,login,IN,1601737840',
  '395805b6-7aee-409a-85cc-555555555555,9730,login,RU,1601737420',
  '395805b6-7aee-409a-85cc-666666666666,9730,log-out,IN,1601737840',
  '395805b6-7aee-409a-85cc-777777777777,9730,login,IN,1601737840',
  '395805b6-7aee-409a-85cc-888888888888,9731,login,RU,1601737420',
  '395805b6-7aee-409a-85cc-999999999999,9731,log-out,RU,1601737520',
  '395805b6-7aee-409a-85cc-aaaaaaaaaaaa,9731,login,IN,1601737620',
];

/** The lines for accounts of their own, so that one system serves all cases. */
function forAccounts(suffix: string): string[] {
  return LINES.map((line) => line.replace(/,(97\d\d),/, `,$1${suffix},`));
}

async function alertsOf(world: World, suffix: string): Promise<string[]> {
  const log = await settled(world);
  expect(log.anomalies).toEqual([]);
  return [...log.standing.values()]
    .filter((alert) => alert.accountId.endsWith(suffix))
    .map((alert) => {
      const { previousCountry, country } = alert.observed as { previousCountry: string; country: string };
      return `${alert.rule.id} ${alert.accountId} ${previousCountry}->${country}`;
    });
}

describe('the documented examples', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  }, 60_000);
  afterAll(async () => world?.close(), 60_000);

  const expected = (suffix: string): string[] => [`multi-country-login 9726${suffix} RU->IN`];

  it('hold in order, over HTTP as one body', async () => {
    const answer = await post(world, forAccounts('-a').join('\n'), 'text/csv');
    expect(answer).toEqual({ status: 202, accepted: 12, rejected: [] });
    expect(await alertsOf(world, '-a')).toEqual(expected('-a'));
  });

  it('hold line by line in reverse', async () => {
    for (const line of forAccounts('-b').reverse())
      expect((await post(world, line, 'text/csv')).status).toBe(202);
    expect(await alertsOf(world, '-b')).toEqual(expected('-b'));
  });

  it('hold when every line is sent twice', async () => {
    const twice = forAccounts('-c').flatMap((line) => [line, line]);
    expect((await post(world, twice.join('\r\n'), 'text/csv')).accepted).toBe(24);
    expect(await alertsOf(world, '-c')).toEqual(expected('-c'));
    const { rows } = await world.db.query(
      `select count(*)::int as n from account_event where account_id like '97%-c'`,
    );
    expect(rows[0].n).toBe(12);
  });

  it('hold over NATS, one message a line', async () => {
    const js = jetstream(world.nc);
    for (const line of forAccounts('-d')) await js.publish('intake.examples', line);
    await until(
      'rows',
      () => rowsOf(world, '-d'),
      (n) => n === 12,
    );
    expect(await alertsOf(world, '-d')).toEqual(expected('-d'));
  });

  it('hold while the traffic of today runs through the same shards', async () => {
    let running = true;
    const traffic = (async (): Promise<number> => {
      let sent = 0;
      while (running) {
        const events = Array.from({ length: 200 }, () => ({
          eventId: randomUUID(),
          accountId: `t${Math.floor(Math.random() * 500)}`,
          eventType: 'click',
          country: 'NL',
          eventTime: Date.now(),
        }));
        sent += (await post(world, JSON.stringify(events), 'application/json')).accepted;
        await sleep(5);
      }
      return sent;
    })();
    for (const line of forAccounts('-e').reverse()) {
      await post(world, line, 'text/csv');
      await sleep(30);
    }
    running = false;
    expect(await traffic).toBeGreaterThan(1000);
    expect(await alertsOf(world, '-e')).toEqual(expected('-e'));
  });

  it('show in the database as rows, alerts and the view of the older system', async () => {
    const alert = await world.db.query(
      `select account_id, status, rule_id from alert where account_id = '9726-a'`,
    );
    expect(alert.rows).toEqual([{ account_id: '9726-a', status: 'raised', rule_id: 'multi-country-login' }]);
    const view = await world.db.query(
      `select "eventId", "userId", "eventType", "locationCountry", "eventTimeStamp" from server_log
       where "userId" = '9730-a' order by "eventTimeStamp", "eventId"`,
    );
    expect(view.rows[0]).toEqual({
      eventId: '395805b6-7aee-409a-85cc-555555555555',
      userId: '9730-a',
      eventType: 'login',
      locationCountry: expect.stringContaining('Russia'),
      eventTimeStamp: '2020-10-03-15-03-40',
    });
  });

  it('refuse what is no event, keep it, and go on', async () => {
    const answer = await post(world, 'hello,world\none,two\n' + forAccounts('-f')[0], 'text/csv');
    expect(answer.status).toBe(202);
    expect(answer.accepted).toBe(1);
    expect(answer.rejected.map((r) => r.index)).toEqual([0, 1]);
    const all = await post(world, 'hello,world', 'text/csv');
    expect(all.status).toBe(422);
    const kept = await until(
      'dead letters in the table',
      async () => (await world.db.query('select count(*)::int as n from dead_letter')).rows[0].n as number,
      (n) => n >= 3,
    );
    expect(kept).toBe(3);
  });
});

async function rowsOf(world: World, suffix: string): Promise<number> {
  const { rows } = await world.db.query(
    `select count(*)::int as n from account_event where account_id like $1`,
    [`97%${suffix}`],
  );
  return rows[0].n as number;
}
