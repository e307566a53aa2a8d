/**
 * What makes a log this log and no other, kept in the metadata of `EVENTS`. A database or a snapshot written from
 * one log means nothing beside another.
 */
import { randomUUID } from 'node:crypto';
import { LogMismatchError } from './errors.js';

export interface LogIdentity {
  /** Random, made with the stream. */
  readonly logId: string;
  readonly shardCount: number;
}

/** Of the frames in `EVENTS`. A reader of another format would misread them. */
const FORMAT_VERSION = '1';

const KEYS = {
  logId: 'vigil-log-id',
  shards: 'vigil-shards',
  format: 'vigil-format',
  streams: 'vigil-streams',
} as const;

export function newIdentityMetadata(shardCount: number): Record<string, string> {
  return { [KEYS.logId]: randomUUID(), [KEYS.shards]: String(shardCount), [KEYS.format]: FORMAT_VERSION };
}

/** Reads the identity from a stream's metadata. Throws `LogMismatchError` with the reason when it is not usable. */
export function identityOf(stream: string, metadata: Record<string, string> | undefined): LogIdentity {
  const logId = metadata?.[KEYS.logId];
  if (!logId) {
    throw new LogMismatchError(
      `A stream named ${stream} exists that Vigil did not make (its metadata lack ${KEYS.logId}). ` +
        'Use a NATS account or server of its own for Vigil, or remove that stream.',
    );
  }
  const format = metadata[KEYS.format];
  if (format !== FORMAT_VERSION) {
    throw new LogMismatchError(
      `The log in ${stream} has format ${format ?? '(none)'}; this version of Vigil reads format ${FORMAT_VERSION}.`,
    );
  }
  const shardCount = Number(metadata[KEYS.shards]);
  if (!Number.isInteger(shardCount) || shardCount < 1) {
    throw new LogMismatchError(`The log in ${stream} has no usable shard count: "${metadata[KEYS.shards]}".`);
  }
  return { logId, shardCount };
}

/** Throws `LogMismatchError` when the log was made with another number of shards. */
export function requireShardCount(identity: LogIdentity, shardCount: number): void {
  if (identity.shardCount === shardCount) return;
  throw new LogMismatchError(
    `The log ${identity.logId} was made with ${identity.shardCount} shards, and this process is set to ${shardCount}. ` +
      `The number is fixed for the life of a log: set it to ${identity.shardCount}, or start a new log.`,
  );
}

/** The streams that were made with this log; none are listed while it is being made. */
export function listedStreams(metadata: Record<string, string> | undefined): string[] {
  return metadata?.[KEYS.streams]?.split(',') ?? [];
}

export function withListedStreams(
  metadata: Record<string, string> | undefined,
  names: readonly string[],
): Record<string, string> {
  return { ...metadata, [KEYS.streams]: names.join(',') };
}
