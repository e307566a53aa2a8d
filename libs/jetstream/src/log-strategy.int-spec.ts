import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { startTestNats, type TestNats } from '#testing';
import { AckedPublisher } from './acked-publisher.js';
import { connectNats, type NatsConnection } from './connection.js';
import type { LogMessage } from './log-message.js';
import { JetStreamLogStrategy, LogContext, LogErrorFilter } from './log-strategy.js';
import { provisionStreams } from './provision.js';

const seen: { sequence: number; lagKnown: boolean }[] = [];
let refuseAt = Number.POSITIVE_INFINITY;

@Controller()
class Consumer {
  @EventPattern<string>('EVENTS')
  async handle(@Payload() messages: LogMessage[], @Ctx() context: LogContext): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const { sequence } of messages) {
      if (sequence >= refuseAt) throw new Error(`no to ${sequence}`);
      seen.push({ sequence, lagKnown: context.reader.lag >= 0 });
    }
  }
}

@Module({ controllers: [Consumer] })
class TestModule {}

describe('JetStreamLogStrategy', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let publisher: AckedPublisher;

  beforeEach(async () => {
    seen.length = 0;
    refuseAt = Number.POSITIVE_INFINITY;
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    await provisionStreams(connection);
    publisher = new AckedPublisher(connection);
    await Promise.all(Array.from({ length: 50 }, () => publisher.publish('events.http', new Uint8Array(5))));
  });

  afterEach(async () => {
    await publisher.close();
    await connection.close();
    await server.stop();
  });

  async function start(streams: string[], failures: string[] = []) {
    const strategy = new JetStreamLogStrategy({
      connection,
      subscriptions: streams.map((stream) => ({
        stream,
        fromSequence: () => Promise.resolve(11),
        batchMessages: 8,
      })),
      onFailure: (stream, error) => failures.push(`${stream}: ${error.message}`),
    });
    const app = await NestFactory.createMicroservice(TestModule, { strategy, logger: false });
    app.useGlobalFilters(new LogErrorFilter());
    await app.listen();
    return app;
  }

  it('hands batches to the handler of the stream, from the place it is told, and waits at close', async () => {
    const app = await start(['EVENTS']);
    await publisher.publish('events.http', new Uint8Array(5));
    while (seen.length < 41) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close();
    expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 41 }, (_, i) => i + 11));
    expect(seen.every(({ lagKnown }) => lagKnown)).toBe(true);
  });

  it('ends reading with what the handler throws', async () => {
    refuseAt = 30;
    const failures: string[] = [];
    const app = await start(['EVENTS'], failures);
    while (failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(failures).toEqual(['EVENTS: no to 30']);
    expect(Math.max(...seen.map(({ sequence }) => sequence))).toBe(29);
    await app.close();
  });

  it('refuses to start with a handler that no subscription feeds', async () => {
    await expect(start(['ALERTS'])).rejects.toThrow(
      /EventPattern\('EVENTS'\) has no subscription; there are: ALERTS/,
    );
  });
});
