import {
  type AccountEvent,
  type AlertMessage,
  decodeAlert,
  decodeBody,
  FRAME_SUBJECTS,
  FrameBuilder,
  NO_ATTRIBUTES,
  STREAMS,
} from '#contracts';
import { AckedPublisher, type NatsConnection, readBack, streamState } from '#jetstream';

export const SHARDS = 8;

/** Events of CSV lines, as ingest would make them. */
export function eventsOf(lines: readonly string[], receivedAt = Date.now()): AccountEvent[] {
  const bytes = new TextEncoder().encode(lines.join('\n'));
  const { events, rejected } = decodeBody(bytes, 'csv', { receivedAt, maxItems: 10_000, maxDepth: 8 });
  if (rejected.length > 0) throw new Error(`the test's own lines were refused: ${rejected[0].message}`);
  return events;
}

/** Two logins from two countries, a second apart: one alert of `multi-country-login`. */
export function fraud(accountId: string, eventTime: number): AccountEvent[] {
  const login = (eventId: string, country: string, time: number): AccountEvent => ({
    eventId,
    accountId,
    eventType: 'login',
    eventTime: time,
    country,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
  });
  return [login(`${accountId}-1`, 'NL', eventTime), login(`${accountId}-2`, 'US', eventTime + 1_000)];
}

/** Writes frames into the log, as an ingest lane would. */
export class LogWriter {
  private sequence = 0;
  private readonly publisher: AckedPublisher;

  constructor(
    connection: NatsConnection,
    private readonly source = 'test',
  ) {
    this.publisher = new AckedPublisher(connection);
  }

  async frame(events: readonly AccountEvent[]): Promise<number> {
    const builder = new FrameBuilder(SHARDS);
    for (const event of events) if (!builder.tryAdd(event)) throw new Error('more events than fit a frame');
    this.sequence += 1;
    const { source, sequence } = this;
    const data = builder.finish({ source, epoch: 1, sequence, receivedAt: Date.now(), upstream: null });
    return this.raw(FRAME_SUBJECTS.http, data);
  }

  async raw(subject: string, data: Uint8Array): Promise<number> {
    const outcome = await this.publisher.publish(subject, data);
    if (outcome.kind !== 'stored') throw new Error(`the log did not take it: ${outcome.message}`);
    return outcome.sequence;
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}

/** Everything on `alerts.>` (or other subjects of `ALERTS`), in order. */
export async function storedAlerts(
  connection: NatsConnection,
  subjects: readonly string[] = ['alerts.>'],
): Promise<AlertMessage[]> {
  const { first, last } = await streamState(connection, STREAMS.alerts);
  const request = {
    stream: STREAMS.alerts,
    subjects,
    fromSequence: first,
    upToSequence: last,
    headersOnly: false,
  };
  const alerts: AlertMessage[] = [];
  for await (const { data } of readBack(connection, request)) alerts.push(decodeAlert(data));
  return alerts;
}

/** Asks again and again until `good` holds of what `read` gives; fails with the last value otherwise. */
export async function eventually<T>(
  read: () => Promise<T>,
  good: (value: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (good(value)) return value;
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms; last: ${JSON.stringify(value)?.slice(0, 2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
