/** One ingest in this process against a NATS server of a test's own, and what the test wants to know of the log. */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import { readConfig } from '#config';
import {
  decodeDeadLetter,
  decodeFrameHeader,
  type DeadLetter,
  FRAME_SUBJECTS,
  type FrameSummary,
  readFrame,
  STREAMS,
} from '#contracts';
import { RunningService } from '#observability';
import type { TestNats } from '#testing';
import { buildIngest } from '../src/ingest-service.js';
import { ingestOptions } from '../src/options.js';

export interface StoredFrame extends FrameSummary {
  readonly subject: string;
  readonly eventIds: string[];
}

export class IngestUnderTest {
  private static readonly running = new Set<IngestUnderTest>();

  private constructor(
    readonly service: RunningService,
    readonly url: string,
  ) {
    IngestUnderTest.running.add(this);
  }

  /** For the end of a test, which may have failed before it stopped what it started. */
  static async stopAll(): Promise<void> {
    for (const ingest of IngestUnderTest.running) await ingest.stop();
  }

  static async start(nats: TestNats, env: Record<string, string> = {}): Promise<IngestUnderTest> {
    const ingest = await IngestUnderTest.open(nats, env);
    await ingest.service.started;
    return ingest;
  }

  /** HTTP answers; the log may not be there yet. */
  static async open(nats: TestNats, env: Record<string, string> = {}): Promise<IngestUnderTest> {
    const settings = {
      NATS_URL: nats.url,
      VIGIL_RULES_WAIT: '0ms',
      VIGIL_HTTP_PORT: '0',
      VIGIL_PUBLISH_TIMEOUT: '500ms',
      ...env,
    };
    const config = readConfig(ingestOptions, settings);
    const logger = pino({ level: 'silent' });
    const service = await RunningService.open(buildIngest({ config, logger }), config, logger);
    return new IngestUnderTest(service, service.url.replace('[::1]', '127.0.0.1'));
  }

  post(
    body: string | Uint8Array,
    contentType = 'text/csv',
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.url}/v1/events`, {
      method: 'POST',
      body: body as NonNullable<RequestInit['body']>,
      headers: { 'content-type': contentType, ...headers },
    });
  }

  async metric(line: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const found = text.split('\n').find((candidate) => candidate.startsWith(line));
    return found === undefined ? NaN : Number(found.slice(found.lastIndexOf(' ') + 1));
  }

  stop(): Promise<void> {
    IngestUnderTest.running.delete(this);
    return this.service.stop();
  }
}

/** Looks into the streams by plain JetStream calls. */
export class LogView {
  private constructor(readonly connection: NatsConnection) {}

  static async open(nats: TestNats): Promise<LogView> {
    return new LogView(
      await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 }),
    );
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async intake(body: string | Uint8Array, subject = 'intake.test'): Promise<number> {
    return (await jetstream(this.connection).publish(subject, body)).seq;
  }

  /** Every frame in the log, in order; copies that readers drop by their source marks are left out. */
  async frames(): Promise<StoredFrame[]> {
    const frames: StoredFrame[] = [];
    const marks = new Map<string, number>();
    for (const { subject, data } of await this.all(STREAMS.events)) {
      const header = decodeFrameHeader(data);
      const source = `${header.source}/${header.epoch}`;
      if (header.sequence <= (marks.get(source) ?? 0)) continue;
      marks.set(source, header.sequence);
      const eventIds: string[] = [];
      readFrame(data, null, ({ eventId }) => eventIds.push(eventId));
      frames.push({ ...header, subject, eventIds });
    }
    return frames;
  }

  /** How far the last frame of the intake says that the log covers it. */
  async intakeMark(): Promise<FrameSummary['upstream']> {
    const manager = await this.manager();
    const message = await manager.streams.getMessage(STREAMS.events, { last_by_subj: FRAME_SUBJECTS.intake });
    return message === null ? null : decodeFrameHeader(message.data).upstream;
  }

  async eventIds(): Promise<string[]> {
    return (await this.frames()).flatMap(({ eventIds }) => eventIds);
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return (await this.all(STREAMS.deadLetters)).map(({ data }) => decodeDeadLetter(data));
  }

  async messagesIn(stream: string): Promise<number> {
    return (await (await this.manager()).streams.info(stream)).state.messages;
  }

  async limit(stream: string, maxBytes: number): Promise<void> {
    const manager = await this.manager();
    const { config } = await manager.streams.info(stream);
    await manager.streams.update(stream, { ...config, max_bytes: maxBytes });
  }

  /** A request that reaches a server before its JetStream is up is never answered: ask again. */
  private async manager(): Promise<JetStreamManager> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await jetstreamManager(this.connection, { timeout: 1_000 });
      } catch (error) {
        if (attempt === 20) throw error;
      }
    }
  }

  private async all(stream: string): Promise<{ subject: string; data: Uint8Array }[]> {
    const { state } = await (await this.manager()).streams.info(stream);
    const found: { subject: string; data: Uint8Array }[] = [];
    if (state.messages === 0) return found;
    const consumer = await jetstream(this.connection).consumers.get(stream);
    const messages = await consumer.consume();
    for await (const { subject, data, seq } of messages) {
      found.push({ subject, data });
      if (seq >= state.last_seq) break;
    }
    return found;
  }
}

/** Waits for a condition; the test's own timeout bounds it. */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
