import { jetstreamManager } from '@nats-io/jetstream';
import { startEmbeddedNats } from '#embedded';
import { removeDirectory, startTestNats, temporaryDirectory, type TestNats } from '#testing';
import { connectNats, type NatsConnection } from './connection.js';
import { LogMismatchError } from './errors.js';
import { probeLog } from './probe.js';
import { provisionStreams, readLogIdentity } from './provision.js';
import { DEFAULT_STREAM_SETTINGS } from './stream-settings.js';

describe('provisionStreams', () => {
  let server: TestNats;
  let connection: NatsConnection;

  beforeEach(async () => {
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
  });

  afterEach(async () => {
    await connection.close();
    await server.stop();
  });

  it('makes the streams once, and finds the same log again, from several processes at once and after a kill', async () => {
    expect(await readLogIdentity(connection)).toBeNull();
    const all = await Promise.all([provisionStreams(connection), provisionStreams(connection)]);
    expect(all[0]).toEqual(all[1]);
    expect(all[0].shardCount).toBe(64);
    server.kill('SIGKILL');
    await server.restart();
    await connection.flush().catch(() => undefined);
    expect(await provisionStreams(connection)).toEqual(all[0]);
    expect(await readLogIdentity(connection)).toEqual(all[0]);
  });

  it('makes streams that refuse when full, except for the dead letters', async () => {
    await provisionStreams(connection);
    const manager = await jetstreamManager(connection);
    const configs = await Promise.all(
      ['INTAKE', 'EVENTS', 'ALERTS', 'LATE', 'SNAPSHOTS', 'DEAD_LETTERS'].map(async (name) => {
        const { config } = await manager.streams.info(name);
        return [name, config.discard, config.storage, config.allow_direct, config.max_bytes > 0];
      }),
    );
    expect(configs).toEqual([
      ['INTAKE', 'new', 'file', true, true],
      ['EVENTS', 'new', 'file', true, true],
      ['ALERTS', 'new', 'file', true, true],
      ['LATE', 'new', 'file', true, true],
      ['SNAPSHOTS', 'new', 'file', true, true],
      ['DEAD_LETTERS', 'old', 'file', true, true],
    ]);
    const { config } = await manager.streams.info('ALERTS');
    expect(config.subjects).toEqual(['alerts.>', 'shadow.>', 'own.alerts.>']);
  });

  it('takes over changed limits and keeps the identity', async () => {
    const before = await provisionStreams(connection);
    const maxBytes = { ...DEFAULT_STREAM_SETTINGS.maxBytes, events: 64 * 1024 * 1024 };
    const after = await provisionStreams(connection, { ...DEFAULT_STREAM_SETTINGS, maxBytes });
    expect(after).toEqual(before);
    const manager = await jetstreamManager(connection);
    expect((await manager.streams.info('EVENTS')).config.max_bytes).toBe(64 * 1024 * 1024);
  });

  it('refuses a log made with another number of shards, naming both', async () => {
    await provisionStreams(connection);
    const other = provisionStreams(connection, { ...DEFAULT_STREAM_SETTINGS, shardCount: 32 });
    await expect(other).rejects.toThrow(LogMismatchError);
    await expect(other).rejects.toThrow(/64 shards.*32/);
  });

  it('refuses a stream of that name that is not its own', async () => {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'EVENTS', subjects: ['events.>'] });
    await expect(provisionStreams(connection)).rejects.toThrow(/exists that Vigil did not make/);
  });

  it('says that the log takes writes, and that it does not while the server is away', async () => {
    await provisionStreams(connection);
    expect(await probeLog(connection)).toMatchObject({ ok: true });
    server.kill('SIGSTOP');
    expect(await probeLog(connection, 300)).toMatchObject({ ok: false });
    server.kill('SIGCONT');
  });
});

describe('provisionStreams on a server with little storage', () => {
  const eventsBytes = async (connection: NatsConnection): Promise<number> =>
    (await (await jetstreamManager(connection)).streams.info('EVENTS')).config.max_bytes;

  it('makes smaller streams in proportion, says so, and keeps them when run again', async () => {
    const server = await startTestNats({ maxStoreBytes: 3 * 1024 ** 3 });
    const connection = await connectNats({ url: server.url, name: 'test' });
    try {
      const said: string[] = [];
      const made = await provisionStreams(connection, DEFAULT_STREAM_SETTINGS, (line) => said.push(line));
      expect(said.join()).toMatch(/little storage/);
      const events = await eventsBytes(connection);
      const { config } = await (await jetstreamManager(connection)).streams.info('ALERTS');
      expect(events).toBeGreaterThanOrEqual(1024 ** 3);
      expect(events / config.max_bytes).toBe(8);
      expect(await provisionStreams(connection)).toEqual(made);
      expect(await eventsBytes(connection)).toBe(events);
    } finally {
      await connection.close();
      await server.stop();
    }
  });

  it('makes no new log over one that the server left out at its start', async () => {
    const storeDir = temporaryDirectory('shrunk');
    const settings = { ...DEFAULT_STREAM_SETTINGS };
    try {
      for (const [maxStoreBytes, expected] of [
        [40e9, 'made'],
        [5e9, 'refused'],
        [40e9, 'found'],
      ] as const) {
        const server = await startEmbeddedNats({ storeDir, maxStoreBytes });
        const connection = await connectNats({ url: server.url, name: 'test' });
        const outcome = provisionStreams(connection, settings);
        if (expected === 'refused')
          await expect(outcome).rejects.toThrow(/not whole: .*EVENTS is missing beside/);
        else expect(await outcome).toMatchObject({ shardCount: 64 });
        await connection.close();
        await server.stop();
      }
    } finally {
      removeDirectory(storeDir);
    }
  });
});
