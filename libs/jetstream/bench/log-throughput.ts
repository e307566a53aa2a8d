/**
 * What the publisher and the reader do against a server of their own on this machine, every write synced.
 *
 *   npx nest build && node dist/libs/jetstream/bench/log-throughput.js
 */
import { AckedPublisher, connectNats, LogReader, provisionStreams, type NatsConnection } from '#jetstream';
import { startTestNats } from '#testing';

interface Load {
  readonly name: string;
  readonly size: number;
  readonly count: number;
  /** Frames go out one after the other; single messages many at a time. */
  readonly inFlightBytes: number;
}

const LOADS: readonly Load[] = [
  { name: '64 KB frames', size: 64 * 1024, count: 8_000, inFlightBytes: 4 * 1024 * 1024 },
  { name: '16 KB frames', size: 16 * 1024, count: 10_000, inFlightBytes: 4 * 1024 * 1024 },
  { name: '200 B messages', size: 200, count: 20_000, inFlightBytes: 4 * 1024 * 1024 },
];

/** Small messages to be read: written to a server that does not sync, for the reading alone is measured. */
const SMALL = { size: 200, count: 400_000 };

async function publishAll(connection: NatsConnection, load: Load): Promise<number> {
  const publisher = new AckedPublisher(connection, {
    maxInFlightBytes: load.inFlightBytes,
    timeoutMs: 60_000,
  });
  const data = new Uint8Array(load.size).fill(7);
  const started = performance.now();
  let failures = 0;
  for (let i = 0; i < load.count; i += 1) {
    void publisher.publish('events.http', data).then(({ kind }) => (failures += kind === 'stored' ? 0 : 1));
    if (i % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await publisher.close();
  if (failures > 0) throw new Error(`${failures} of ${load.count} publishes were not stored`);
  return (performance.now() - started) / 1000;
}

async function readAll(connection: NatsConnection, fromSequence: number, count: number): Promise<number> {
  const started = performance.now();
  let seen = 0;
  let reader: LogReader | null = null;
  await new Promise<void>((resolve, reject) => {
    reader = new LogReader(connection, { stream: 'EVENTS', fromSequence, onFailure: reject }, (messages) => {
      seen += messages.length;
      if (seen === count) resolve();
    });
    reader.start().catch(reject);
  });
  await reader!.stop();
  return (performance.now() - started) / 1000;
}

function report(what: string, load: { size: number; count: number }, seconds: number): void {
  const perSecond = Math.round(load.count / seconds).toLocaleString('en');
  const megabytes = ((load.count * load.size) / seconds / 1e6).toFixed(0);
  console.log(`${what.padEnd(28)} ${perSecond.padStart(10)} messages/s ${megabytes.padStart(6)} MB/s`);
}

async function measureSynced(): Promise<void> {
  const server = await startTestNats();
  const connection = await connectNats({ url: server.url, name: 'bench' });
  await provisionStreams(connection);
  let next = 1;
  for (const load of LOADS) {
    report(`publish ${load.name}`, load, await publishAll(connection, load));
    report(`read ${load.name}`, load, await readAll(connection, next, load.count));
    next += load.count;
  }
  await connection.close();
  await server.stop();
}

async function measureSmall(): Promise<void> {
  const server = await startTestNats({ syncInterval: '2m' });
  const connection = await connectNats({ url: server.url, name: 'bench' });
  await provisionStreams(connection);
  const load = { name: '', ...SMALL, inFlightBytes: 4 * 1024 * 1024 };
  report('publish 200 B, not synced', load, await publishAll(connection, load));
  report('read 200 B', load, await readAll(connection, 1, load.count));
  await connection.close();
  await server.stop();
}

await measureSynced();
await measureSmall();
