/** What the alerts and the rows must be, worked out from the log by the brute-force evaluator. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { decodeRuleVersion, readFrame, type AccountEvent, type RuleVersion } from '#contracts';
import { DEFAULT_ENGINE_SETTINGS } from '#engine';
import { evaluate, type LogEntry } from '#testing';

interface LoggedFrame {
  readonly logTimeMs: number;
  readonly byShard: ReadonlyMap<number, readonly AccountEvent[]>;
}

type Logged = LoggedFrame | { readonly logTimeMs: number; readonly version: RuleVersion };

export interface LogContent {
  readonly messages: readonly Logged[];
  /** The content that stands, by identity. */
  readonly standing: ReadonlyMap<string, AccountEvent>;
}

export function identityOf(event: Pick<AccountEvent, 'accountId' | 'eventTime' | 'eventId'>): string {
  return JSON.stringify([event.accountId, event.eventTime, event.eventId]);
}

/** Reads the whole log; a frame that is stored twice counts once. */
export async function readWholeLog(nc: NatsConnection): Promise<LogContent> {
  const manager = await jetstreamManager(nc);
  const { state } = await manager.streams.info('EVENTS');
  const messages: Logged[] = [];
  const standing = new Map<string, AccountEvent>();
  const marks = new Map<string, number>();
  if (state.messages === 0) return { messages, standing };
  const consumer = await jetstream(nc).consumers.get('EVENTS');
  for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 20_000 })) {
    const logTimeMs = Math.floor(message.info.timestampNanos / 1e6);
    if (message.subject.startsWith('rules.')) {
      messages.push({ logTimeMs, version: decodeRuleVersion(message.data) });
      continue;
    }
    const byShard = new Map<number, AccountEvent[]>();
    const events: AccountEvent[] = [];
    const header = readFrame(message.data, null, (event, _index, shard) => {
      events.push(event);
      byShard.set(shard, [...(byShard.get(shard) ?? []), event]);
    });
    const source = `${header.source} ${header.epoch}`;
    if (header.sequence <= (marks.get(source) ?? -1)) continue;
    marks.set(source, header.sequence);
    for (const event of events) standing.set(identityOf(event), event);
    messages.push({ logTimeMs, byShard });
  }
  return { messages, standing };
}

/** Standing alerts as `rule account time id`, sorted: what a subscriber must hold after the whole log. */
export function expectedAlerts(content: LogContent, shardCount = 64): string[] {
  const expected: string[] = [];
  for (let shard = 0; shard < shardCount; shard++) {
    const log = content.messages.map((message): LogEntry => {
      if ('version' in message) return { kind: 'rule', ...message };
      return { kind: 'frame', logTimeMs: message.logTimeMs, events: message.byShard.get(shard) ?? [] };
    });
    const standing = new Map<string, string>();
    for (const { decisions } of evaluate({ settings: { ...DEFAULT_ENGINE_SETTINGS, shard }, log })) {
      for (const alert of decisions.flatMap((decision) => decision.alerts)) {
        const { accountId, eventTime, eventId } = alert.event;
        if (alert.kind === 'raised')
          standing.set(alert.key, `${alert.version.rule.id} ${accountId} ${eventTime} ${eventId}`);
        else standing.delete(alert.key);
      }
    }
    expected.push(...standing.values());
  }
  return expected.sort();
}
