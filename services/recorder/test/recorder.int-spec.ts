import type { AlertMessage, RuleVersion } from '#contracts';
import {
  createTestDatabase,
  startTestNats,
  startTestPostgres,
  type TestNats,
  type TestPostgres,
} from '#testing';
import { countOf, event, eventually, startRecorder, TestLog, type TestRecorder } from './recording.js';

let nats: TestNats;
let postgres: TestPostgres;
let log: TestLog;
let databaseUrl: string;
let recorder: TestRecorder | null = null;

beforeAll(async () => void (postgres = await startTestPostgres()));
afterAll(() => postgres.stop());
beforeEach(async () => {
  nats = await startTestNats();
  log = await TestLog.open(nats);
  databaseUrl = await createTestDatabase(postgres);
});
afterEach(async () => {
  await recorder?.stop();
  recorder = null;
  await log.close();
  await nats.stop();
});

async function start(env: Record<string, string> = {}): Promise<TestRecorder> {
  recorder = await startRecorder(nats.url, databaseUrl, env);
  return recorder;
}

const rows = (of: TestRecorder, sql: string) => of.pool.query(sql).then((result) => result.rows);
const recorded = (of: TestRecorder, stream: string, sequence: number) =>
  eventually(
    () => rows(of, `SELECT sequence FROM stream_position WHERE stream = '${stream}'`),
    ([row]) => Number(row?.sequence ?? 0) >= sequence,
  );

const RULE: RuleVersion = {
  rule: {
    id: 'multi-country-login',
    type: 'multi-country',
    state: 'active',
    severity: 'high',
    withinMs: 300_000,
  },
  version: 1,
  author: 'test',
  changedAt: 1_700_000_000_000,
  comment: "it's new",
};

const ALERT: AlertMessage = {
  alertId: 'f00d',
  kind: 'raised',
  revision: 1,
  rule: { id: 'multi-country-login', version: 1, type: 'multi-country' },
  severity: 'high',
  accountId: '9726',
  group: { accountId: '9726' },
  eventId: 'e2',
  eventTime: 1_601_736_283_000,
  reason: 'Login from IN 1 s after one from RU',
  observed: { previousCountry: 'RU', country: 'IN', apartMs: 1_000 },
  evidence: {
    count: 2,
    events: [
      {
        eventId: 'e2',
        accountId: '9726',
        eventType: 'login',
        eventTime: 1_601_736_283_000,
        country: 'IN',
        amount: null,
      },
    ],
  },
  source: { shard: 3, seq: 17 },
  loggedAt: 1_700_000_000_001,
  detectedAt: 1_700_000_000_002,
};

describe('recording', () => {
  it('puts each kind of message into its table, with its place in the log', async () => {
    const running = await start();
    await log.rule(RULE);
    const sequence = await log.frame([
      event({ accountId: 'b', eventId: 'x', country: 'NL' }),
      event({ accountId: 'c', eventId: 'y', amount: 12_345_000, currency: 'EUR' }),
    ]);
    await log.alert(ALERT);
    const last = await log.alert({ ...ALERT, kind: 'retracted' });
    await log.late({
      accountId: 'b',
      eventId: 'x',
      eventTime: 1_601_736_283_000,
      rules: [{ id: 'r', version: 2 }],
      source: { shard: 1, seq: sequence, index: 0 },
      loggedAt: 1_700_000_000_000,
    });
    await log.deadLetter({
      id: 'd1',
      reason: 'not-json',
      field: null,
      value: 'a\0b',
      message: 'not JSON',
      source: { kind: 'http', name: '127.0.0.1', sequence: null, index: 4 },
      receivedAt: 1_700_000_000_000,
      payload: Uint8Array.of(0xff, 0, 1),
    });
    await recorded(running, 'EVENTS', sequence);
    await recorded(running, 'ALERTS', last);
    await recorded(running, 'LATE', 1);
    await recorded(running, 'DEAD_LETTERS', 1);
    const events = await rows(
      running,
      'SELECT account_id, amount::text, log_seq, first_log_seq FROM account_event',
    );
    const places = events.map((row) => Number(row.log_seq) - sequence * 4096).sort();
    expect(places).toEqual([0, 1]);
    expect(events.find((row) => row.account_id === 'c').amount).toBe('1234.5000');
    expect(
      await rows(running, 'SELECT rule_id, version, state, comment, definition FROM rule_version'),
    ).toEqual([
      {
        rule_id: 'multi-country-login',
        version: 1,
        state: 'active',
        comment: "it's new",
        definition: {
          id: 'multi-country-login',
          type: 'multi-country',
          state: 'active',
          severity: 'high',
          within: '5m',
        },
      },
    ]);
    const [alert, ...others] = await rows(running, 'SELECT * FROM alert');
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      alert_id: 'f00d',
      status: 'retracted',
      revision: 1,
      shadow: false,
      group_key: { accountId: '9726' },
      event_time: new Date(1_601_736_283_000),
      detected_at: new Date(1_700_000_000_002),
      observed: ALERT.observed,
      evidence: ALERT.evidence.events,
      evidence_count: '2',
      log_message: '17',
      stream_seq: String(last),
    });
    expect(await rows(running, 'SELECT log_seq, rules FROM late_event')).toEqual([
      { log_seq: String(sequence * 4096), rules: [{ id: 'r', version: 2 }] },
    ]);
    expect(await rows(running, 'SELECT id, value, source_index, payload FROM dead_letter')).toEqual([
      { id: 'd1', value: 'a\\u0000b', source_index: '4', payload: Buffer.from([0xff, 0, 1]) },
    ]);
  });

  it('counts a frame that the log holds twice once, after a restart too, and a publisher’s second delivery as a version', async () => {
    const first = event({ accountId: 'b', eventId: 'x', country: 'NL', eventTime: Date.now() - 5_000 });
    const correction = { ...first, country: 'DE' };
    let running = await start();
    const one = await log.frame([first], { frame: 1 });
    const two = await log.frame([correction], { frame: 2 });
    await recorded(running, 'EVENTS', two);
    await running.stop();
    const copy = await log.frame([first], { frame: 1 });
    running = await start();
    await recorded(running, 'EVENTS', copy);
    expect(await rows(running, 'SELECT country, log_seq, first_log_seq FROM account_event')).toEqual([
      { country: 'DE', log_seq: String(two * 4096), first_log_seq: String(one * 4096) },
    ]);
    expect(await running.metrics()).toMatch(/vigil_recorder_frame_copies_total\{service="recorder"\} 1/);
    const again = await log.frame([first], { frame: 1, epoch: 2 });
    await recorded(running, 'EVENTS', again);
    expect(await rows(running, 'SELECT country FROM account_event')).toEqual([{ country: 'NL' }]);
  });

  it('goes on past what it cannot read and what PostgreSQL refuses, and keeps both in the dead letters', async () => {
    const running = await start();
    const good = (i: number) => event({ accountId: `a${i}`, eventId: `e${i}` });
    const bad = event({
      accountId: 'bad',
      eventId: 'nul',
      attributes: [{ name: 'n', kind: 'string', text: 'a\0b' }],
    });
    await log.publish('events.http', Buffer.from('this is no frame'));
    await log.publish('rules.x', Buffer.from('{"no":"rule"}'));
    await log.publish('alerts.r.a', Buffer.from('[1,2,3]'));
    await log.publish('late.a', Buffer.from('{}'));
    await log.publish('dead-letters.x', Buffer.from('neither this'));
    const many = Array.from({ length: 400 }, (_, i) => good(i));
    many.splice(137, 0, bad);
    const sequence = await log.frame(many);
    await recorded(running, 'EVENTS', sequence);
    await recorded(running, 'ALERTS', 1);
    await recorded(running, 'LATE', 1);
    await eventually(
      () => countOf(running.pool, 'dead_letter'),
      (n) => n === 6,
    );
    expect(await countOf(running.pool, 'account_event')).toBe(400);
    const letters = await rows(
      running,
      'SELECT reason, source_name, source_sequence FROM dead_letter ORDER BY 1, 2, 3',
    );
    expect(letters).toEqual([
      { reason: 'bad-frame', source_name: 'EVENTS', source_sequence: '1' },
      { reason: 'bad-message', source_name: 'ALERTS', source_sequence: '1' },
      { reason: 'bad-message', source_name: 'DEAD_LETTERS', source_sequence: expect.any(String) },
      { reason: 'bad-message', source_name: 'EVENTS', source_sequence: '2' },
      { reason: 'bad-message', source_name: 'LATE', source_sequence: '1' },
      { reason: 'postgres-refused', source_name: 'EVENTS', source_sequence: String(sequence) },
    ]);
    const [refused] = await rows(
      running,
      `SELECT message, payload FROM dead_letter WHERE reason = 'postgres-refused'`,
    );
    expect(refused.message).toMatch(/22P05|unsupported Unicode/);
    expect(JSON.parse(refused.payload.toString())).toMatchObject({
      accountId: 'bad',
      eventId: 'nul',
      n: 'a\0b',
    });
  });

  it('takes a back-fill of many years together with live events, over several lanes', async () => {
    const running = await start({ VIGIL_RECORDER_BATCH_ROWS: '1500', VIGIL_RECORDER_LANES: '3' });
    const times = Array.from({ length: 3_000 }, (_, i) =>
      i % 2 ? Date.now() - i : Date.UTC(2000 + (i % 26), i % 12, 1 + (i % 28), 23, 59, 59, 999),
    );
    let last = 0;
    for (let at = 0; at < times.length; at += 300) {
      last = await log.frame(
        times
          .slice(at, at + 300)
          .map((eventTime, i) => event({ accountId: `a${i % 97}`, eventId: `e${at + i}`, eventTime })),
      );
    }
    await recorded(running, 'EVENTS', last);
    expect(await countOf(running.pool, 'account_event')).toBe(3_000);
  }, 60_000);

  it('shows rows soon in light traffic', async () => {
    const running = await start();
    await recorded(running, 'EVENTS', await log.frame([event({ eventId: 'warm' })]));
    const took: number[] = [];
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      const began = performance.now();
      await recorded(running, 'EVENTS', await log.frame([event({ eventId: `e${i}` })]));
      took.push(performance.now() - began);
    }
    expect(took.sort((a, b) => a - b)[2]).toBeLessThan(2_000);
  });
});

describe('health and metrics', () => {
  it('is ready with lags while it records, and tells what it wrote', async () => {
    const running = await start();
    await recorded(running, 'EVENTS', await log.frame([event({})]));
    const report = await eventually(running.ready, (answer) => answer.status === 'ready');
    expect(report.checks.recording).toMatchObject({ ok: true });
    const metrics = await running.metrics();
    expect(metrics).toMatch(/vigil_recorder_rows_total\{stream="EVENTS",service="recorder"\} 1/);
    expect(metrics).toMatch(/vigil_recorder_lag_messages\{stream="EVENTS",service="recorder"\} 0/);
    expect(metrics).toMatch(/vigil_recorder_partitions\{service="recorder"\} 8/);
  });
});

describe('the log’s identity', () => {
  it('a database of another log is refused, unless it is to be adopted: then the new log’s versions stand', async () => {
    const same = event({ accountId: 'b', eventId: 'x', country: 'NL', eventTime: Date.now() - 5_000 });
    const first = await start();
    for (let i = 0; i < 5; i++) await log.frame([event({ eventId: `f${i}` })]);
    await recorded(first, 'EVENTS', await log.frame([same]));
    await first.stop();
    recorder = null;
    await log.close();
    await nats.stop();
    nats = await startTestNats();
    log = await TestLog.open(nats);
    await log.frame([{ ...same, country: 'DE' }]);
    await expect(startRecorder(nats.url, databaseUrl)).rejects.toThrow(
      /written from the log .* VIGIL_ADOPT_LOG/s,
    );
    const second = await start({ VIGIL_ADOPT_LOG: 'true' });
    await recorded(second, 'EVENTS', 1);
    expect(await rows(second, `SELECT country, log_seq FROM account_event WHERE event_id = 'x'`)).toEqual([
      { country: 'DE', log_seq: String(2n ** 53n + 4096n) },
    ]);
    expect(await countOf(second.pool, 'account_event')).toBe(6);
  }, 60_000);
});

describe('two recorders', () => {
  it('one records, the other stands by and takes over when the first stops', async () => {
    const first = await start();
    const starting = startRecorder(nats.url, databaseUrl);
    await recorded(first, 'EVENTS', await log.frame([event({ eventId: 'a' })]));
    await first.stop();
    const second = await starting;
    recorder = second;
    await recorded(second, 'EVENTS', await log.frame([event({ eventId: 'b' })]));
    expect(await countOf(second.pool, 'account_event')).toBe(2);
  });
});

describe('retention', () => {
  it('drops what has had its time, a partition at a time', async () => {
    const running = await start({ VIGIL_RETENTION: '30d', VIGIL_UPKEEP_INTERVAL: '1s' });
    await log.frame([event({ eventId: 'new' }), event({ eventId: 'old', eventTime: Date.UTC(2019, 3, 4) })]);
    const left = () => rows(running, 'SELECT event_id FROM account_event');
    await eventually(left, (found) => found.length === 1 && found[0].event_id === 'new');
  });
});
