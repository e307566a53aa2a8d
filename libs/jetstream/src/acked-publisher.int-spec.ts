import { jetstreamManager } from '@nats-io/jetstream';
import { startTestNats, type TestNats } from '#testing';
import { AckedPublisher } from './acked-publisher.js';
import { connectNats, type NatsConnection } from './connection.js';
import { isConnected } from './connection-watch.js';
import { provisionStreams } from './provision.js';
import type { PublishOutcome } from './publish-outcome.js';
import { DEFAULT_STREAM_SETTINGS } from './stream-settings.js';
import { logHeadroom, streamState } from './stream-state.js';

const body = (size: number) => new Uint8Array(size).fill(1);
const MIB = 1024 * 1024;

describe('AckedPublisher', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let publisher: AckedPublisher;

  beforeEach(async () => {
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    const maxBytes = { ...DEFAULT_STREAM_SETTINGS.maxBytes, events: 32 * MIB };
    await provisionStreams(connection, { ...DEFAULT_STREAM_SETTINGS, maxBytes });
    publisher = new AckedPublisher(connection);
  });

  afterEach(async () => {
    server.kill('SIGCONT');
    await publisher.close();
    await connection.close();
    await server.stop();
  });

  it('stores in the order of the calls, however many are in flight and waiting', async () => {
    const small = new AckedPublisher(connection, { maxInFlightBytes: 10_000 });
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, () => small.publish('events.http', body(1_000))),
    );
    expect(outcomes).toEqual(outcomes.map((_, i) => ({ kind: 'stored', sequence: i + 1, duplicate: false })));
    expect(small.pendingBytes).toBe(0);
    await small.close();
    expect((await small.publish('events.http', body(1))).kind).toBe('unavailable');
  });

  it('tells a duplicate and where the first one lies', async () => {
    await publisher.publish('events.http', body(1), { msgId: 'a' });
    await publisher.publish('events.http', body(1), { msgId: 'b' });
    const again = await publisher.publish('events.http', body(1), { msgId: 'a' });
    expect(again).toEqual({ kind: 'stored', sequence: 1, duplicate: true });
  });

  it('tells a conflict with an expectation, and stores when it holds', async () => {
    const first = await publisher.publish('rules.a', body(1), { expectLastSubjectSequence: 0 });
    const second = await publisher.publish('rules.a', body(1), { expectLastSubjectSequence: 0 });
    const third = await publisher.publish('rules.a', body(1), { expectLastSubjectSequence: 1 });
    expect([first.kind, second.kind, third.kind]).toEqual(['stored', 'conflict', 'stored']);
  });

  it('tells that a stream is full, which headroom had told before, and stores again after trimming', async () => {
    let outcome: PublishOutcome = { kind: 'stored', sequence: 0, duplicate: false };
    let warnedAt = 0;
    for (let stored = 1; outcome.kind === 'stored' && stored < 50; stored += 1) {
      if (warnedAt === 0 && (await logHeadroom(connection)).full) warnedAt = stored;
      outcome = await publisher.publish('events.http', body(MIB));
    }
    expect(outcome).toMatchObject({ kind: 'full', message: expect.stringContaining('maximum bytes') });
    expect(warnedAt).toBeGreaterThan(0);
    await (await jetstreamManager(connection)).streams.purge('EVENTS', { seq: 10 });
    expect((await publisher.publish('events.http', body(MIB))).kind).toBe('stored');
    expect((await logHeadroom(connection)).full).toBe(false);
  });

  it('tells that no stream listens', async () => {
    const outcome = await publisher.publish('elsewhere.x', body(1));
    expect(outcome).toEqual({ kind: 'unavailable', message: 'no stream listens on the subject' });
  });

  it('tells unknown when the server halts, and the message may have landed', async () => {
    server.kill('SIGSTOP');
    const outcome = await publisher.publish('events.http', body(1), { timeoutMs: 300 });
    expect(outcome.kind).toBe('unknown');
    server.kill('SIGCONT');
    await connection.flush();
    expect((await publisher.publish('events.http', body(1))).kind).toBe('stored');
    expect((await streamState(connection, 'EVENTS')).last).toBe(2);
  });

  it('gives each publish one outcome over a kill, and no stored one is lost', async () => {
    const outcomes: PublishOutcome[] = [];
    const sending = Array.from({ length: 2_000 }, () =>
      publisher.publish('events.http', body(2_000)).then((outcome) => outcomes.push(outcome)),
    );
    await new Promise((resolve) => setTimeout(resolve, 60));
    server.kill('SIGKILL');
    await Promise.all(sending);
    expect(outcomes).toHaveLength(2_000);
    const stored = outcomes.filter((outcome) => outcome.kind === 'stored');
    expect(outcomes.some((outcome) => outcome.kind === 'unknown')).toBe(true);
    expect((await publisher.publish('events.http', body(1))).kind).toBe('unavailable');
    await server.restart();
    while (!isConnected(connection)) await new Promise((resolve) => setTimeout(resolve, 20));
    const { last } = await streamState(connection, 'EVENTS');
    expect(last).toBeGreaterThanOrEqual(Math.max(...stored.map((outcome) => outcome.sequence)));
    expect((await publisher.publish('events.http', body(1))).kind).toBe('stored');
  });

  it('ends what is in flight when the connection is closed, and rejects what the server would never take', async () => {
    await expect(publisher.publish('events.http', body(9 * MIB))).rejects.toThrow(/max_payload/);
    server.kill('SIGSTOP');
    const pending = publisher.publish('events.http', body(1), { timeoutMs: 60_000 });
    await connection.close();
    expect((await pending).kind).toBe('unknown');
    expect((await publisher.publish('events.http', body(1))).kind).toBe('unavailable');
  });
});
