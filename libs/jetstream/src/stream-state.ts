/** Questions to a stream, and its trimming. Each is one request; each throws what the client throws. */
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '#contracts';
import type { LogMessage } from './log-message.js';

export interface StreamState {
  readonly first: number;
  /** `first - 1` when the stream is empty. */
  readonly last: number;
  readonly messages: number;
  readonly bytes: number;
  /** -1: no limit. */
  readonly maxBytes: number;
  /** When the stream was made: differs if it was deleted and made again. */
  readonly created: string;
}

export interface LogHeadroom {
  readonly bytes: number;
  readonly maxBytes: number;
  /** Publishers are to be refused: what is left is for what the system itself must write. */
  readonly full: boolean;
}

/** Below this share of `EVENTS` publishers are served; the rest is kept for ticks, rule changes and forwards. */
const PUBLISHERS_SHARE = 0.95;

const managers = new WeakMap<NatsConnection, Promise<JetStreamManager>>();

/** The manager of a connection, made once. It asks the server nothing when made. */
export function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  let manager = managers.get(connection);
  if (!manager) {
    manager = jetstreamManager(connection, { checkAPI: false });
    managers.set(connection, manager);
  }
  return manager;
}

export async function streamState(connection: NatsConnection, stream: string): Promise<StreamState> {
  const { state, config, created } = await (await managerOf(connection)).streams.info(stream);
  // A stream that never held a message says 0 for both; the first message will be 1.
  const last = state.last_seq;
  return {
    first: state.messages === 0 ? last + 1 : state.first_seq,
    last,
    messages: state.messages,
    bytes: state.bytes,
    maxBytes: config.max_bytes,
    created,
  };
}

/** Whether `EVENTS` still takes events of publishers. Cheap; ask about once a second. */
export async function logHeadroom(
  connection: NatsConnection,
  share = PUBLISHERS_SHARE,
): Promise<LogHeadroom> {
  const { bytes, maxBytes } = await streamState(connection, STREAMS.events);
  return { bytes, maxBytes, full: maxBytes > 0 && bytes >= maxBytes * share };
}

/** The newest message on a subject (wildcards too), or `null`. */
export async function lastMessage(
  connection: NatsConnection,
  stream: string,
  subject: string,
): Promise<LogMessage | null> {
  const manager = await managerOf(connection);
  // Asked of the stream's leader, not by direct get: a replica may not have the newest yet.
  const message = await manager.streams.getMessage(stream, { last_by_subj: subject });
  if (message === null) return null;
  return {
    subject: message.subject,
    sequence: message.seq,
    timeMs: message.time.getTime(),
    data: message.data,
    header: (name) => (message.header.has(name) ? message.header.get(name) : undefined),
  };
}

/** Removes the messages up to and including `sequence` (on one subject only, if given). Returns how many went. */
export async function purgeUpTo(
  connection: NatsConnection,
  stream: string,
  sequence: number,
  subject?: string,
): Promise<number> {
  const manager = await managerOf(connection);
  const { purged } = await manager.streams.purge(stream, {
    seq: sequence + 1,
    ...(subject && { filter: subject }),
  });
  return purged;
}
