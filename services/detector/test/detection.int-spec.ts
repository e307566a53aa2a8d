import {
  decodeDeadLetter,
  deadLetterSubject,
  encodeRuleVersion,
  parseRule,
  ruleSubject,
  STREAMS,
} from '#contracts';
import {
  connectNats,
  lastMessage,
  type NatsConnection,
  provisionStreams,
  DEFAULT_STREAM_SETTINGS,
} from '#jetstream';
import { startTestNats, type TestNats } from '#testing';
import { SAMPLE_LINES } from '#traffic';
import { DetectorUnderTest } from './detector-under-test.js';
import { eventsOf, eventually, fraud, LogWriter, SHARDS, storedAlerts } from './log-writer.js';

describe('the detector on a real log', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let writer: LogWriter;
  let detector: DetectorUnderTest;

  beforeEach(async () => {
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    await provisionStreams(connection, { ...DEFAULT_STREAM_SETTINGS, shardCount: SHARDS });
    writer = new LogWriter(connection);
    detector = await DetectorUnderTest.ready(server.url);
  });

  afterEach(async () => {
    await detector?.stop();
    await writer?.close();
    await connection?.close();
    await server?.stop();
  });

  const alertsOnceThere = (count: number) =>
    eventually(
      () => storedAlerts(connection),
      (alerts) => alerts.length >= count,
    );

  it.each([
    ['in order', [...SAMPLE_LINES]],
    ['reversed', [...SAMPLE_LINES].reverse()],
    ['each line twice', SAMPLE_LINES.flatMap((line) => [line, line])],
  ])('raises the one alert of the sample lines, %s', async (_, lines) => {
    for (const line of lines) await writer.frame(eventsOf([line]));
    const end = await writer.frame(fraud('last', Date.now() - 60_000));
    const alerts = await eventually(
      () => storedAlerts(connection),
      (all) => all.some(({ source }) => source.seq === end),
    );
    expect(alerts.map(({ kind, accountId, rule, observed }) => [kind, accountId, rule.id, observed])).toEqual(
      [
        ['raised', '9726', 'multi-country-login', { previousCountry: 'RU', country: 'IN', apartMs: 1000 }],
        ['raised', 'last', 'multi-country-login', { previousCountry: 'NL', country: 'US', apartMs: 1000 }],
      ],
    );
  });

  it('gives the alert its subject, its headers and a measured latency', async () => {
    const sequence = await writer.frame(fraud('acme.7', Date.now() - 60_000));
    await alertsOnceThere(1);
    const message = await lastMessage(connection, STREAMS.alerts, 'alerts.multi-country-login.acme%2E7');
    expect(message).not.toBeNull();
    expect(message!.header('ce-type')).toBe('vigil.alert.raised');
    expect(message!.header('Vigil-Log-Seq')).toBe(String(sequence));
    expect(message!.header('Nats-Msg-Id')).toBe(message!.header('ce-id'));
    await eventually(
      () => detector.metric('vigil_detector_decision_latency_seconds_count'),
      (count) => count === 1,
    );
    expect(await detector.metric('vigil_detector_alerts_total{rule="multi-country-login"}')).toBe(1);
  });

  it('keeps decisions of a rule in shadow out of the subscribers’ sight', async () => {
    const rule = parseRule({ id: 'tried-out', type: 'multi-country', state: 'shadow', within: '1h' });
    const version = { rule, version: 1, author: 'test', changedAt: Date.now(), comment: '' };
    await writer.raw(ruleSubject('tried-out'), encodeRuleVersion(version));
    await writer.frame(fraud('a', Date.now() - 60_000));
    const [alert] = await alertsOnceThere(1);
    expect(alert.rule.id).toBe('multi-country-login');
    const shadows = await eventually(
      () => storedAlerts(connection, ['shadow.>']),
      ({ length }) => length === 1,
    );
    expect(shadows[0]).toMatchObject({ rule: { id: 'tried-out' }, shadow: true });
    expect((await storedAlerts(connection)).length).toBe(1);
  });

  it('sets a damaged frame aside and goes on', async () => {
    const sequence = await writer.raw('events.http', new TextEncoder().encode('not a frame'));
    await writer.frame(fraud('a', Date.now() - 60_000));
    await alertsOnceThere(1);
    const message = await eventually(
      () => lastMessage(connection, STREAMS.deadLetters, deadLetterSubject('bad-frame')),
      (letter) => letter !== null,
    );
    const letter = decodeDeadLetter(message!.data);
    expect(letter.source).toMatchObject({ kind: 'log', name: 'EVENTS', sequence });
    expect(new TextDecoder().decode(letter.payload)).toBe('not a frame');
  });

  it('goes on when the server was killed and came back', async () => {
    await writer.frame(fraud('before', Date.now() - 60_000));
    await alertsOnceThere(1);
    server.kill('SIGKILL');
    await server.exited;
    expect((await detector.readiness()).code).toBe(503);
    await server.restart();
    const sent = eventually(
      () => writer.frame(fraud('after', Date.now() - 60_000)).catch(() => 0),
      (sequence) => sequence > 0,
    );
    await sent;
    const alerts = await alertsOnceThere(2);
    expect(alerts.map(({ accountId }) => accountId)).toEqual(['before', 'after']);
    await eventually(
      () => detector.readiness(),
      ({ code }) => code === 200,
    );
  });
});
