/** Reading a stream from a place on: to its end as it is now, or for ever. */
import {
  connectNats,
  firstSequenceSince,
  LogReader,
  streamState,
  type LogMessage,
  type NatsConnection,
} from '#jetstream';
import { addressOf } from '../addresses.js';
import { unreachable } from '../failure.js';
import { note } from '../output/out.js';

export interface ReadRequest {
  readonly stream: string;
  readonly subjects?: readonly string[];
  /** First sequence; may lie before what the stream still holds. */
  readonly from: number;
  /** Last sequence, inclusive; to the end as it is now when neither this nor `follow` is set. */
  readonly to?: number;
  readonly follow: boolean;
}

const CONNECT_MS = 5_000;
const STREAM_NOT_FOUND = 10059;

/** Runs `work` on a connection to NATS, and closes it. */
export async function withNats<T>(
  flag: string | undefined,
  work: (connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const url = addressOf('nats', flag);
  let connection: NatsConnection;
  try {
    connection = await connectNats({
      url,
      name: 'vigil-cli',
      giveUpAfterMs: CONNECT_MS,
      onMessage: () => undefined,
    });
  } catch (error) {
    throw unreachable(`${(error as Error).message}. Is Vigil running? Start it with \`npm start\`.`);
  }
  try {
    return await work(connection);
  } catch (error) {
    if ((error as { code?: number }).code !== STREAM_NOT_FOUND) throw error;
    throw unreachable(`There is no log of Vigil on ${url} yet. Start Vigil with \`npm start\`.`);
  } finally {
    await connection.close();
  }
}

/** Hands on each message in order. Resolves at the end of what was asked for, or when the signal says stop. */
export async function readStream(
  connection: NatsConnection,
  request: ReadRequest,
  signal: AbortSignal,
  onMessage: (message: LogMessage) => Promise<void>,
): Promise<void> {
  const { first, last } = await streamState(connection, request.stream);
  const fromSequence = Math.max(request.from, first);
  const upTo = request.follow ? Number.POSITIVE_INFINITY : Math.min(request.to ?? last, last);
  if (fromSequence > upTo) return;
  if (request.from > 1 && request.from < first)
    note(`The stream begins at ${first}; what came before was trimmed`);
  let finish!: () => void;
  let fail!: (error: Error) => void;
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const reader = new LogReader(
    connection,
    {
      stream: request.stream,
      fromSequence,
      subjects: request.subjects,
      onCaughtUp: () => {
        if (!request.follow) finish();
      },
      onNotice: request.follow ? note : undefined,
      onFailure: fail,
    },
    async (messages) => {
      for (const message of messages) {
        if (message.sequence > upTo) return finish();
        if (signal.aborted) return;
        await onMessage(message);
      }
    },
  );
  // Following ends by Ctrl-C; anything else is cut short by it.
  const stop = (): void => (request.follow ? finish() : fail(new Error('interrupted')));
  signal.addEventListener('abort', stop, { once: true });
  await reader.start();
  try {
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    await reader.stop();
  }
}

/** The first sequence to read: everything, or what was stored since a time. */
export function startOf(
  connection: NatsConnection,
  stream: string,
  since: number | undefined,
): Promise<number> {
  return since === undefined ? Promise.resolve(1) : firstSequenceSince(connection, stream, since);
}
