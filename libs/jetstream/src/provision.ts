/** Makes the streams, or checks and adapts those that are there. Safe to run from several processes at once. */
import { JetStreamApiError, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '#contracts';
import { LogMismatchError } from './errors.js';
import {
  identityOf,
  listedStreams,
  newIdentityMetadata,
  requireShardCount,
  withListedStreams,
  type LogIdentity,
} from './log-identity.js';
import { PROBE_STREAM, probeConfig } from './probe.js';
import { affordableShare } from './storage-share.js';
import { desiredConfig, type DesiredConfig } from './stream-config.js';
import {
  DEFAULT_STREAM_SETTINGS,
  STREAM_KEYS,
  type StreamKey,
  type StreamSettings,
} from './stream-settings.js';
import { managerOf } from './stream-state.js';

/** The server's words for "a stream of that name exists with another configuration". */
const NAME_IN_USE = 10058;
const STREAM_NOT_FOUND = 10059;
const NO_STORAGE = 10047;

/**
 * Idempotent. Throws `LogMismatchError` when the log on the server is another's: made with another number of
 * shards, in another format, or not by Vigil at all; and when part of it is missing, since an empty stream in its
 * place would pass for the whole. A server with less storage than the limits ask for gets streams that are smaller
 * in proportion, and `onMessage` says so.
 */
export async function provisionStreams(
  connection: NatsConnection,
  settings: StreamSettings = DEFAULT_STREAM_SETTINGS,
  onMessage: (line: string) => void = () => undefined,
): Promise<LogIdentity> {
  const manager = await managerOf(connection);
  const existing = await findWholeLog(manager);
  const events = existing.get('events');
  if (events) requireShardCount(identityOf(STREAMS.events, events.config.metadata), settings.shardCount);

  const share = await shareFor(manager, existing, settings, onMessage);
  const cramped: string[] = [];
  // EVENTS comes first: what is there without it is the rest of a log that was lost.
  for (const key of [...STREAM_KEYS].sort((a, b) => Number(b === 'events') - Number(a === 'events'))) {
    const desired = desiredConfig(key, settings, existing.has(key) ? 1 : share);
    const fits = await ensureStream(manager, key, desired, existing.get(key) ?? null, settings);
    if (!fits) cramped.push(desired.name);
  }
  if (cramped.length > 0) {
    onMessage(
      `the NATS server has no storage for the full sizes of ${cramped.join(', ')}: they stay as they are`,
    );
  }
  return markWhole(manager, settings);
}

/** The identity of the log on the server, without making or changing anything. `null` if there is no log. */
export async function readLogIdentity(connection: NatsConnection): Promise<LogIdentity | null> {
  const info = await infoOf(await managerOf(connection), STREAMS.events);
  return info ? identityOf(STREAMS.events, info.config.metadata) : null;
}

/** Another process may be making the log at this moment: what looks torn is looked at again. */
async function findWholeLog(manager: JetStreamManager): Promise<Map<StreamKey, StreamInfo>> {
  for (let attempt = 1; ; attempt += 1) {
    const existing = await findStreams(manager);
    const problem = tornLog(existing);
    if (problem === null) return existing;
    if (attempt === 5) throw new LogMismatchError(problem);
    await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
  }
}

async function findStreams(manager: JetStreamManager): Promise<Map<StreamKey, StreamInfo>> {
  const found = new Map<StreamKey, StreamInfo>();
  for (const key of STREAM_KEYS) {
    const info = await infoOf(manager, STREAMS[key]);
    if (info) found.set(key, info);
  }
  return found;
}

/**
 * A server that has too little storage for a stream at its start leaves the stream out, with one line in its log,
 * and a new one of that name would be made over it.
 */
function tornLog(existing: Map<StreamKey, StreamInfo>): string | null {
  const events = existing.get('events');
  const expected = events ? listedStreams(events.config.metadata) : existing.size > 0 ? [STREAMS.events] : [];
  const present = [...existing.values()].map(({ config }) => config.name);
  const missing = expected.filter((name) => !present.includes(name));
  if (missing.length === 0) return null;
  return (
    `The log on the NATS server is not whole: ${missing.join(', ')} is missing beside ${present.join(', ')}. ` +
    'Its own log tells whether it left a stream out at its start ("Error recreating stream"); then give JetStream ' +
    'more storage (max_file_store) and restart it. If the data is to be given up, remove the other streams too.'
  );
}

/** Writes into EVENTS which streams belong to the log, once all of them are there. */
async function markWhole(manager: JetStreamManager, settings: StreamSettings): Promise<LogIdentity> {
  const { config } = await manager.streams.info(STREAMS.events);
  const identity = identityOf(STREAMS.events, config.metadata);
  requireShardCount(identity, settings.shardCount);
  const names = STREAM_KEYS.map((key) => STREAMS[key]);
  if (names.some((name) => !listedStreams(config.metadata).includes(name))) {
    await manager.streams.update(STREAMS.events, {
      ...config,
      metadata: withListedStreams(config.metadata, names),
    });
  }
  return identity;
}

async function ensureProbe(manager: JetStreamManager, settings: StreamSettings): Promise<void> {
  const desired = probeConfig(settings.replicas);
  const existing = await infoOf(manager, PROBE_STREAM);
  if (existing === null) await createOrFind(manager, desired);
  else if (differs(existing, desired)) await manager.streams.update(PROBE_STREAM, desired);
}

async function shareFor(
  manager: JetStreamManager,
  existing: Map<StreamKey, StreamInfo>,
  settings: StreamSettings,
  onMessage: (line: string) => void,
): Promise<number> {
  await ensureProbe(manager, settings);
  const missing = STREAM_KEYS.filter((key) => !existing.has(key));
  if (missing.length === 0) return 1;
  const wanted = missing.reduce((sum, key) => sum + settings.maxBytes[key], 0);
  const share = await affordableShare(manager, wanted, settings.replicas);
  if (share < 1)
    onMessage(`the NATS server has little storage: the streams get ${share * 100} % of their sizes`);
  return share;
}

/** `false`: it is there, smaller than desired, for want of storage. */
async function ensureStream(
  manager: JetStreamManager,
  key: StreamKey,
  desired: DesiredConfig,
  found: StreamInfo | null,
  settings: StreamSettings,
): Promise<boolean> {
  let existing = found;
  if (existing === null) {
    const metadata = key === 'events' ? newIdentityMetadata(settings.shardCount) : undefined;
    const made = await createOrFind(manager, { ...desired, ...(metadata && { metadata }) });
    if (made === 'created') return true;
    existing = made;
  }
  requireKept(existing);
  if (!differs(existing, desired)) return true;
  const { metadata, max_bytes } = existing.config;
  try {
    await manager.streams.update(desired.name, { ...desired, metadata });
    return true;
  } catch (error) {
    if (codeOf(error) !== NO_STORAGE) throw error;
    const affordable = { ...desired, max_bytes };
    if (differs(existing, affordable))
      await manager.streams.update(desired.name, { ...affordable, metadata });
    return false;
  }
}

/** What cannot be changed afterwards, and would break a guarantee. */
function requireKept({ config }: StreamInfo): void {
  if (config.storage !== 'file') {
    throw new LogMismatchError(
      `The stream ${config.name} is kept in ${config.storage}: Vigil needs it on disk.`,
    );
  }
  if (config.retention !== 'limits') {
    throw new LogMismatchError(
      `The stream ${config.name} has the retention "${config.retention}": Vigil needs "limits".`,
    );
  }
}

async function createOrFind(
  manager: JetStreamManager,
  config: DesiredConfig & { metadata?: Record<string, string> },
): Promise<StreamInfo | 'created'> {
  try {
    await manager.streams.add(config);
    return 'created';
  } catch (error) {
    // Another process made it between the question and the answer.
    if (codeOf(error) === NAME_IN_USE) return manager.streams.info(config.name);
    throw error;
  }
}

function differs({ config }: StreamInfo, desired: DesiredConfig): boolean {
  return Object.entries(desired).some(([name, value]) => {
    const present = (config as unknown as Record<string, unknown>)[name];
    return JSON.stringify(present) !== JSON.stringify(value);
  });
}

async function infoOf(manager: JetStreamManager, stream: string): Promise<StreamInfo | null> {
  try {
    return await manager.streams.info(stream);
  } catch (error) {
    if (codeOf(error) === STREAM_NOT_FOUND) return null;
    throw error;
  }
}

function codeOf(error: unknown): number | null {
  return error instanceof JetStreamApiError ? error.code : null;
}
