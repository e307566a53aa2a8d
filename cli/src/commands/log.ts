/** `vigil log`: what the log holds, event by event, as JSON lines. */
import {
  decodeRuleVersion,
  formatAmount,
  readFrame,
  ruleToJson,
  shardOf,
  STREAMS,
  type AccountEvent,
  type FrameSummary,
} from '#contracts';
import { readLogIdentity, type LogMessage } from '#jetstream';
import { unreachable, usage } from '../failure.js';
import { printJson } from '../output/out.js';
import { readStream, startOf, withNats } from './stream-reading.js';

export interface LogOptions {
  readonly shard?: number;
  readonly account?: string;
  readonly from?: number;
  readonly to?: number;
  readonly since?: number;
  readonly follow?: boolean;
  readonly ticks?: boolean;
  readonly frames?: boolean;
  readonly nats?: string;
}

export async function log(options: LogOptions, signal: AbortSignal): Promise<void> {
  await withNats(options.nats, async (connection) => {
    const identity = await readLogIdentity(connection);
    if (identity === null) throw unreachable('There is no log of Vigil on this NATS server yet.');
    const shard = wantedShard(options, identity.shardCount);
    const from = options.from ?? (await startOf(connection, STREAMS.events, options.since));
    const request = { stream: STREAMS.events, from, to: options.to, follow: options.follow === true };
    await readStream(connection, request, signal, (message) => printMessage(message, shard, options));
  });
}

/** `null`: all of them. An account's events are in its shard only, so the others are skipped unread. */
function wantedShard({ shard, account }: LogOptions, shardCount: number): number | null {
  if (shard !== undefined && shard >= shardCount) {
    throw usage(`--shard ${shard}: the log has ${shardCount} shards, 0 to ${shardCount - 1}`);
  }
  if (account === undefined) return shard ?? null;
  const own = shardOf(account, shardCount);
  if (shard !== undefined && shard !== own)
    throw usage(`account ${account} is in shard ${own}, not in ${shard}`);
  return own;
}

async function printMessage(message: LogMessage, shard: number | null, options: LogOptions): Promise<void> {
  const place = { seq: message.sequence, loggedAt: new Date(message.timeMs).toISOString() };
  if (message.subject.startsWith('rules.')) {
    if (options.account === undefined && options.shard === undefined)
      await printJson(ruleLine(place, message));
    return;
  }
  const lines: unknown[] = [];
  const frame = readFrame(
    message.data,
    shard === null ? null : (candidate) => candidate === shard,
    (event, index, inShard) => {
      if (options.account !== undefined && event.accountId !== options.account) return;
      if (!options.frames) lines.push({ ...place, index, shard: inShard, event: eventToJson(event) });
    },
  );
  if (options.frames || (options.ticks && frame.count === 0)) lines.push(frameLine(place, frame, message));
  for (const line of lines) await printJson(line);
}

interface Place {
  readonly seq: number;
  readonly loggedAt: string;
}

function ruleLine(place: Place, { data }: LogMessage): unknown {
  const { rule, ...version } = decodeRuleVersion(data);
  return {
    ...place,
    rule: ruleToJson(rule),
    ...version,
    changedAt: new Date(version.changedAt).toISOString(),
  };
}

function frameLine(place: Place, frame: FrameSummary, { subject, data }: LogMessage): unknown {
  const { source, epoch, sequence, count, upstream, receivedAt } = frame;
  const received = new Date(receivedAt).toISOString();
  return {
    ...place,
    subject,
    bytes: data.length,
    events: count,
    source,
    epoch,
    sequence,
    upstream,
    receivedAt: received,
  };
}

/** As a publisher would write it; absent fields are left out. */
export function eventToJson(event: AccountEvent): Record<string, unknown> {
  const { eventId, accountId, eventType, country, eventTime, amount, currency, attributes } = event;
  return {
    eventId,
    accountId,
    eventType,
    ...(country !== null && { country }),
    eventTime: new Date(eventTime).toISOString(),
    ...(amount !== null && { amount: formatAmount(amount) }),
    ...(currency !== null && { currency }),
    ...(attributes.length > 0 && {
      attributes: Object.fromEntries(attributes.map(({ name, text }) => [name, text])),
    }),
  };
}
