import { jetstreamManager } from '@nats-io/jetstream';
import { startTestNats, type TestNats } from '#testing';
import { AckedPublisher } from './acked-publisher.js';
import { connectNats, type NatsConnection } from './connection.js';
import { LogPositionError } from './errors.js';
import { LogReader, type LogReaderOptions } from './log-reader.js';
import type { LogMessage } from './log-message.js';
import { provisionStreams } from './provision.js';
import { purgeUpTo } from './stream-state.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await pause(5);
  }
}

describe('LogReader', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let publisher: AckedPublisher;
  let readers: LogReader[];

  beforeEach(async () => {
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    await provisionStreams(connection);
    publisher = new AckedPublisher(connection);
    readers = [];
  });

  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    await publisher.close();
    await connection.close();
    await server.stop();
  });

  function reading(
    options: Partial<LogReaderOptions>,
    handler: (messages: LogMessage[]) => void | Promise<void>,
  ): LogReader {
    const reader = new LogReader(connection, { stream: 'EVENTS', fromSequence: 1, ...options }, handler);
    readers.push(reader);
    return reader;
  }

  async function publish(count: number, size = 10, subject = 'events.http'): Promise<void> {
    const sent = Array.from({ length: count }, () => publisher.publish(subject, new Uint8Array(size)));
    for (const outcome of await Promise.all(sent)) expect(outcome.kind).toBe('stored');
  }

  it('hands over everything from its position on, in order, and says how far it is', async () => {
    await publish(1_000);
    const seen: LogMessage[] = [];
    let caughtUp = 0;
    const reader = reading({ fromSequence: 101, onCaughtUp: () => (caughtUp += 1) }, (messages) => {
      seen.push(...messages);
    });
    expect(reader.position).toBe(100);
    await reader.start();
    await until(() => caughtUp > 0, 'caught up');
    expect(seen.map(({ sequence }) => sequence)).toEqual(numbers(101, 1_000));
    expect([reader.position, reader.lag, reader.caughtUp]).toEqual([1_000, 0, true]);
    await publish(5);
    await until(() => reader.position === 1_005, 'the tail');
    expect(seen[0].subject).toBe('events.http');
    expect(Math.abs(seen[0].timeMs - Date.now())).toBeLessThan(60_000);
    await reader.stop();
    expect(await reader.ended).toBeNull();
  });

  it('gives headers alone, on some subjects alone', async () => {
    await publish(3);
    await publisher.publish('rules.a', new Uint8Array(99), { headers: { 'Vigil-Shard': '7' } });
    await publish(3);
    const seen: unknown[] = [];
    const reader = reading({ subjects: ['rules.>'], headersOnly: true }, (messages) => {
      for (const message of messages) {
        seen.push([
          message.sequence,
          message.header('Vigil-Shard'),
          message.header('None'),
          message.data.length,
        ]);
      }
    });
    await reader.start();
    await until(() => reader.caughtUp && seen.length > 0, 'the rule');
    expect(seen).toEqual([[4, '7', undefined, 0]]);
  });

  it('has no gap and no repetition over kills of the server under load', async () => {
    const seen: number[] = [];
    const reader = reading({}, (messages) => void seen.push(...messages.map(({ sequence }) => sequence)));
    await reader.start();
    let running = true;
    let highest = 0;
    const load = (async () => {
      while (running) {
        const sent = Array.from({ length: 20 }, () =>
          publisher.publish('events.http', new Uint8Array(3_000)),
        );
        for (const outcome of await Promise.all(sent))
          if (outcome.kind === 'stored') highest = outcome.sequence;
        await pause(1);
      }
    })();
    for (let kill = 0; kill < 4; kill += 1) {
      await pause(250);
      server.kill('SIGKILL');
      const before = highest;
      await server.restart();
      await until(() => highest > before, 'publishing goes on');
    }
    running = false;
    await load;
    await until(() => reader.position >= highest, 'everything was read');
    expect(seen).toEqual(numbers(1, seen.length));
    expect(seen.length).toBeGreaterThanOrEqual(highest);
  });

  it('goes on when its consumer is deleted, and after the server halted for longer than its heartbeats', async () => {
    const notices: string[] = [];
    const reader = reading({ onNotice: (line) => notices.push(line) }, () => undefined);
    await reader.start();
    await publish(10);
    const manager = await jetstreamManager(connection);
    for await (const { name } of manager.consumers.list('EVENTS'))
      await manager.consumers.delete('EVENTS', name);
    await publish(10);
    await until(() => reader.position === 20, 'reading on after the deletion');
    expect(notices).toHaveLength(1);
    server.kill('SIGSTOP');
    await pause(5_000);
    server.kill('SIGCONT');
    await publish(10);
    await until(() => reader.position === 30, 'reading on after the halt');
    expect(notices.length).toBeGreaterThan(1);
  });

  it('receives no more than its buffer while the handler is held up, and all of it afterwards', async () => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const sizes: number[] = [];
    const bufferBytes = 20 * 1024 * 1024;
    const reader = reading({ bufferBytes, batchMessages: 7 }, async (messages) => {
      sizes.push(messages.length);
      await held;
    });
    await publish(80, 1024 * 1024);
    await reader.start();
    await pause(1_000);
    expect(sizes).toHaveLength(1);
    expect(reader.bufferedBytes).toBeGreaterThan(bufferBytes / 4);
    expect(reader.bufferedBytes).toBeLessThanOrEqual(bufferBytes);
    release();
    await until(() => reader.position === 80, 'the rest');
    expect(reader.bufferedBytes).toBe(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
  });

  it('refuses a position that was trimmed, and one beyond the end', async () => {
    await publish(10);
    await purgeUpTo(connection, 'EVENTS', 4);
    await expect(reading({ fromSequence: 4 }, () => undefined).start()).rejects.toThrow(
      /holds 5 to 10.*trimmed/,
    );
    await expect(reading({ fromSequence: 12 }, () => undefined).start()).rejects.toThrow(LogPositionError);
    await purgeUpTo(connection, 'EVENTS', 10);
    await reading({ fromSequence: 11 }, () => undefined).start();
    await expect(reading({ fromSequence: 10 }, () => undefined).start()).rejects.toThrow(LogPositionError);
    const nowhere = reading({ stream: 'NOWHERE' }, () => undefined);
    await expect(nowhere.start()).rejects.toThrow(/stream not found/);
  });

  it('fails at a gap instead of skipping it', async () => {
    await publish(10);
    await (await jetstreamManager(connection)).streams.deleteMessage('EVENTS', 6);
    const seen: number[] = [];
    const reader = reading({}, (messages) => void seen.push(...messages.map(({ sequence }) => sequence)));
    await reader.start();
    expect(await reader.ended).toBeInstanceOf(LogPositionError);
    expect(seen.every((sequence) => sequence < 6)).toBe(true);
  });

  it('fails when the stream was deleted and made anew', async () => {
    await publish(5);
    const reader = reading({}, () => undefined);
    await reader.start();
    await until(() => reader.position === 5, 'the first ones');
    const { streams } = await jetstreamManager(connection);
    await streams.delete('EVENTS');
    await streams.add({ name: 'EVENTS', subjects: ['events.>'] });
    await publish(20);
    expect(String(await reader.ended)).toMatch(/made anew/);
  });

  it('ends with the error of its handler, having handled nothing twice', async () => {
    await publish(10);
    const failures: Error[] = [];
    const reader = reading(
      { batchMessages: 3, onFailure: (error) => failures.push(error) },
      ([{ sequence }]) => {
        if (sequence > 3) throw new Error(`cannot handle ${sequence}`);
      },
    );
    await reader.start();
    expect(String(await reader.ended)).toMatch(/cannot handle 4/);
    expect(failures).toHaveLength(1);
    expect(reader.position).toBe(3);
  });

  it('waits at stop for the batch that is being handled', async () => {
    await publish(10);
    let finished = false;
    let begun = false;
    const reader = reading({}, async () => {
      begun = true;
      await pause(200);
      finished = true;
    });
    await reader.start();
    await until(() => begun, 'a batch');
    await reader.stop();
    expect(finished).toBe(true);
    const { position } = reader;
    await publish(3);
    await pause(100);
    expect(reader.position).toBe(position);
  });
});
