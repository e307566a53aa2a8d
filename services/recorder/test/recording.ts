/** A log and a database of one test's own, with the recorder between them in this process. */
import {
  type AccountEvent,
  type AlertMessage,
  deadLetterSubject,
  encodeAlert,
  encodeDeadLetter,
  encodeLate,
  encodeRuleVersion,
  FRAME_SUBJECTS,
  FrameBuilder,
  lateSubject,
  type DeadLetter,
  type LateDecision,
  NO_ATTRIBUTES,
  alertSubject,
  ruleSubject,
  type RuleVersion,
} from '#contracts';
import { readConfig } from '#config';
import {
  AckedPublisher,
  connectNats,
  DEFAULT_STREAM_SETTINGS,
  type NatsConnection,
  provisionStreams,
} from '#jetstream';
import { createLogger, RunningService } from '#observability';
import { createPool } from '#postgres';
import type { TestNats } from '#testing';
import type pg from 'pg';
import { recorderOptions } from '../src/options.js';
import { buildRecorder } from '../src/recorder-service.js';

export const SHARDS = 8;

export function event(fields: Partial<AccountEvent>): AccountEvent {
  return {
    eventId: 'e1',
    accountId: 'a1',
    eventType: 'click',
    eventTime: Date.now() - 1_000,
    country: null,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
    ...fields,
  };
}

/** Writes into the log what ingest and detector would. */
export class TestLog {
  private frames = 0;
  private constructor(
    readonly nats: NatsConnection,
    private readonly publisher: AckedPublisher,
  ) {}

  static async open(server: TestNats): Promise<TestLog> {
    const nats = await connectNats({ url: server.url, name: 'test' });
    const GIGABYTE = 1024 ** 3;
    const maxBytes = Object.fromEntries(
      Object.keys(DEFAULT_STREAM_SETTINGS.maxBytes).map((key) => [key, GIGABYTE / 8]),
    ) as typeof DEFAULT_STREAM_SETTINGS.maxBytes;
    await provisionStreams(nats, { ...DEFAULT_STREAM_SETTINGS, shardCount: SHARDS, maxBytes });
    return new TestLog(nats, new AckedPublisher(nats));
  }

  async close(): Promise<void> {
    await this.publisher.close();
    await this.nats.close();
  }

  async publish(subject: string, data: Uint8Array, headers?: Record<string, string>): Promise<number> {
    const outcome = await this.publisher.publish(subject, data, { headers });
    if (outcome.kind !== 'stored') throw new Error(`${subject}: ${outcome.kind}: ${outcome.message}`);
    return outcome.sequence;
  }

  /** One frame with these events; `frame` repeats an earlier frame's number to make a copy of it. */
  frame(events: readonly AccountEvent[], mark: { source?: string; epoch?: number; frame?: number } = {}) {
    const builder = new FrameBuilder(SHARDS);
    for (const one of events) if (!builder.tryAdd(one)) throw new Error('the frame is full');
    const { source = 'test', epoch = 1, frame = (this.frames += 1) } = mark;
    const header = { source, epoch, sequence: frame, receivedAt: Date.now(), upstream: null };
    return this.publish(FRAME_SUBJECTS.http, builder.finish(header));
  }

  rule(version: RuleVersion): Promise<number> {
    return this.publish(ruleSubject(version.rule.id), encodeRuleVersion(version));
  }

  alert(alert: AlertMessage): Promise<number> {
    const { headers, body } = encodeAlert(alert);
    return this.publish(alertSubject(alert.rule.id, alert.accountId), body, headers);
  }

  late(late: LateDecision): Promise<number> {
    return this.publish(lateSubject(late.accountId), encodeLate(late).body);
  }

  deadLetter(letter: DeadLetter): Promise<number> {
    return this.publish(deadLetterSubject(letter.reason), encodeDeadLetter(letter));
  }
}

export interface TestRecorder {
  readonly pool: pg.Pool;
  readonly url: string;
  ready(): Promise<{ status: string; checks: Record<string, { ok: boolean; error?: string }> }>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a recorder and waits until it records. */
export async function startRecorder(
  natsUrl: string,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TestRecorder> {
  const config = readConfig(recorderOptions, { NATS_URL: natsUrl, DATABASE_URL: databaseUrl, ...env });
  const logger = createLogger('recorder', {
    logLevel: process.env.VIGIL_TEST_LOG ?? 'fatal',
    logFormat: 'json',
  });
  const http = { httpHost: '127.0.0.1', httpPort: 0 };
  const service = await RunningService.open(buildRecorder({ config, logger }), http, logger);
  try {
    await service.started;
  } catch (error) {
    await service.stop();
    throw error;
  }
  const pool = createPool({ databaseUrl, applicationName: 'test', maxConnections: 2 });
  const get = async (path: string) => (await fetch(`${service.url}${path}`)).text();
  return {
    pool,
    url: service.url,
    ready: async () => JSON.parse(await get('/health/ready')),
    metrics: () => get('/metrics'),
    stop: async () => {
      await pool.end();
      await service.stop();
    },
  };
}

/** Asks until the answer satisfies; fails with the last answer. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  limitMs = 20_000,
) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    let answer: T | undefined;
    let problem: unknown = null;
    try {
      answer = await ask();
      if (satisfies(answer)) return answer;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `not within ${limitMs} ms; last: ${problem ? String(problem) : JSON.stringify(answer)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function countOf(pool: pg.Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0].n;
}
