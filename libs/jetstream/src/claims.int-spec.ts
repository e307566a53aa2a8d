import { claimSubject } from '#contracts';
import { startTestNats, type TestNats } from '#testing';
import { AckedPublisher } from './acked-publisher.js';
import { claimOutput, fence, readClaim } from './claims.js';
import { connectNats, type NatsConnection } from './connection.js';
import { provisionStreams } from './provision.js';
import { readBack } from './read-back.js';
import { lastMessage } from './stream-state.js';

const subject = claimSubject('alerts', 3);

describe('claims', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let publisher: AckedPublisher;

  beforeEach(async () => {
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    await provisionStreams(connection);
    publisher = new AckedPublisher(connection);
  });

  afterEach(async () => {
    await publisher.close();
    await connection.close();
    await server.stop();
  });

  const claim = (revision: number, owner: string) =>
    claimOutput(connection, 'ALERTS', subject, revision, owner);
  const publish = (account: string, fencedBy: number, headers?: Record<string, string>) =>
    publisher.publish(`alerts.r.${account}`, new Uint8Array(10), { ...fence(subject, fencedBy), headers });

  it('lets a higher revision replace a lower one, never the reverse', async () => {
    expect(await readClaim(connection, 'ALERTS', subject)).toBeNull();
    expect(await claim(5, 'a')).toEqual({ kind: 'claimed', sequence: 1 });
    expect(await claim(4, 'b')).toEqual({
      kind: 'refused',
      holder: { sequence: 1, revision: 5, owner: 'a' },
    });
    expect(await claim(5, 'b')).toMatchObject({ kind: 'refused' });
    expect(await claim(5, 'a')).toEqual({ kind: 'claimed', sequence: 2 });
    expect(await claim(6, 'b')).toEqual({ kind: 'claimed', sequence: 3 });
    expect(await readClaim(connection, 'ALERTS', subject)).toEqual({ sequence: 3, revision: 6, owner: 'b' });
  });

  it('ends every race with the highest revision as the holder', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => claim(i + 1, `owner-${i + 1}`)));
    const holder = await readClaim(connection, 'ALERTS', subject);
    expect(holder).toMatchObject({ revision: 8, owner: 'owner-8' });
    expect(outcomes[7]).toEqual({ kind: 'claimed', sequence: holder!.sequence });
  });

  it('refuses the writes of a former holder, and no others', async () => {
    const first = await claim(1, 'a');
    const other = await claimOutput(connection, 'ALERTS', claimSubject('alerts', 4), 1, 'z');
    if (first.kind !== 'claimed' || other.kind !== 'claimed') throw new Error('both claims are free');
    expect((await publish('x', first.sequence)).kind).toBe('stored');
    const second = await claim(2, 'b');
    if (second.kind !== 'claimed') throw new Error('the claim is lower');
    expect((await publish('x', first.sequence)).kind).toBe('conflict');
    expect((await publish('x', second.sequence)).kind).toBe('stored');
    const fenced = { ...fence(claimSubject('alerts', 4), other.sequence) };
    expect((await publisher.publish('alerts.r.y', new Uint8Array(1), fenced)).kind).toBe('stored');
  });

  it('reads back what lies between two places, and ends', async () => {
    const first = await claim(1, 'a');
    if (first.kind !== 'claimed') throw new Error('the claim is free');
    for (const shard of [3, 4, 3]) await publish('x', first.sequence, { 'Vigil-Shard': String(shard) });
    const second = await claim(2, 'a');
    if (second.kind !== 'claimed') throw new Error('the claim is lower');
    await publish('later', second.sequence, { 'Vigil-Shard': '9' });

    const between = async (fromSequence: number, upToSequence: number) => {
      const found: unknown[] = [];
      const request = { stream: 'ALERTS', subjects: ['alerts.>', 'shadow.>'], fromSequence, upToSequence };
      for await (const message of readBack(connection, request)) {
        found.push([message.sequence, message.header('Vigil-Shard'), message.data.length]);
      }
      return found;
    };
    const all = [
      [2, '3', 0],
      [3, '4', 0],
      [4, '3', 0],
    ];
    expect(await between(1, second.sequence)).toEqual(all);
    expect(await between(3, 3)).toEqual([all[1]]);
    expect(await between(5, 5)).toEqual([]);
    expect(await between(7, 6)).toEqual([]);
    expect(await between(99, 120)).toEqual([]);
  });

  it('reads back many, also when the caller stops half-way', async () => {
    const first = await claim(1, 'a');
    if (first.kind !== 'claimed') throw new Error('the claim is free');
    // Their time-out is long: on a busy disk thousands of synced writes take a while.
    const options = { ...fence(subject, first.sequence), timeoutMs: 60_000 };
    const outcomes = await Promise.all(
      Array.from({ length: 5_000 }, (_, i) =>
        publisher.publish(`alerts.r.account-${i}`, new Uint8Array(10), {
          ...options,
          headers: { N: String(i) },
        }),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind !== 'stored')).toEqual([]);
    const { sequence: last } = (await lastMessage(connection, 'ALERTS', 'alerts.>'))!;
    const request = { stream: 'ALERTS', subjects: ['alerts.>'], fromSequence: 1, upToSequence: last };
    let count = 0;
    for await (const message of readBack(connection, request)) {
      expect(message.header('N')).toBe(String(count));
      count += 1;
    }
    expect(count).toBe(5_000);
    for await (const message of readBack(connection, request)) if (message.sequence === 500) break;
  });
});
