/** Makes the streams, or checks and adapts those that are there. Safe to run from several processes at once. */
import { JetStreamApiError, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '#contracts';
import { LogMismatchError } from './errors.js';
import { identityOf, newIdentityMetadata, requireShardCount, type LogIdentity } from './log-identity.js';
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
 * shards, in another format, or not by Vigil at all. A server with less storage than the limits ask for gets
 * streams that are smaller in proportion, and `onMessage` says so.
 */
export async function provisionStreams(
  connection: NatsConnection,
  settings: StreamSettings = DEFAULT_STREAM_SETTINGS,
  onMessage: (line: string) => void = () => undefined,
): Promise<LogIdentity> {
  const manager = await managerOf(connection);
  const existing = new Map<StreamKey, StreamInfo>();
  for (const key of STREAM_KEYS) {
    const info = await infoOf(manager, STREAMS[key]);
    if (info) existing.set(key, info);
  }
  const events = existing.get('events');
  if (events) requireShardCount(identityOf(STREAMS.events, events.config.metadata), settings.shardCount);

  const missing = STREAM_KEYS.filter((key) => !existing.has(key));
  const share = await shareFor(manager, missing, settings, onMessage);
  // EVENTS comes last: where it exists, everything else does.
  for (const key of [...STREAM_KEYS].sort((a, b) => Number(a === 'events') - Number(b === 'events'))) {
    const desired = desiredConfig(key, settings, existing.has(key) ? 1 : share);
    await ensureStream(manager, key, desired, existing.get(key) ?? null, settings, onMessage);
  }
  const log = await manager.streams.info(STREAMS.events);
  const identity = identityOf(STREAMS.events, log.config.metadata);
  requireShardCount(identity, settings.shardCount);
  return identity;
}

/** The identity of the log on the server, without making or changing anything. `null` if there is no log. */
export async function readLogIdentity(connection: NatsConnection): Promise<LogIdentity | null> {
  const info = await infoOf(await managerOf(connection), STREAMS.events);
  return info ? identityOf(STREAMS.events, info.config.metadata) : null;
}

async function shareFor(
  manager: JetStreamManager,
  missing: readonly StreamKey[],
  settings: StreamSettings,
  onMessage: (line: string) => void,
): Promise<number> {
  if ((await infoOf(manager, PROBE_STREAM)) === null)
    await createOrFind(manager, probeConfig(settings.replicas));
  if (missing.length === 0) return 1;
  const wanted = missing.reduce((sum, key) => sum + settings.maxBytes[key], 0);
  const share = await affordableShare(manager, wanted, settings.replicas);
  if (share < 1)
    onMessage(`the NATS server has little storage: the streams get ${share * 100} % of their sizes`);
  return share;
}

async function ensureStream(
  manager: JetStreamManager,
  key: StreamKey,
  desired: DesiredConfig,
  existing: StreamInfo | null,
  settings: StreamSettings,
  onMessage: (line: string) => void,
): Promise<void> {
  if (existing === null) {
    const metadata = key === 'events' ? newIdentityMetadata(settings.shardCount) : undefined;
    const made = await createOrFind(manager, { ...desired, ...(metadata && { metadata }) });
    if (made === 'created') return;
    existing = made;
  }
  requireKept(existing);
  if (!differs(existing, desired)) return;
  try {
    await manager.streams.update(desired.name, { ...desired, metadata: existing.config.metadata });
  } catch (error) {
    if (codeOf(error) !== NO_STORAGE) throw error;
    onMessage(
      `${desired.name} stays at ${existing.config.max_bytes} bytes: the NATS server has no storage for ${desired.max_bytes}`,
    );
    await manager.streams.update(desired.name, {
      ...desired,
      max_bytes: existing.config.max_bytes,
      metadata: existing.config.metadata,
    });
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
