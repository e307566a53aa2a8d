/** Connections to NATS that come back by themselves, for ever. */
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { LogUnavailableError } from './errors.js';

export type { NatsConnection } from '@nats-io/transport-node';

export interface NatsOptions {
  /** `nats://[user:password@|token@]host:port`, several separated by commas. */
  readonly url: string;
  /** Shown in the server's monitoring. */
  readonly name: string;
  /** How long to keep trying when the server cannot be reached at first; for ever unless set. Milliseconds. */
  readonly giveUpAfterMs?: number;
  /** Told of connections lost and regained, and of failed attempts at the start; one sentence each. */
  readonly onMessage?: (line: string) => void;
}

const RETRY_MS = 500;

/** Connects. Throws `LogUnavailableError` when `giveUpAfterMs` passed without success. */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const deadline = Date.now() + (options.giveUpAfterMs ?? Number.POSITIVE_INFINITY);
  const settings = connectionOptions(options);
  let told = '';
  for (;;) {
    try {
      const connection = await connect(settings);
      void report(connection, options.onMessage);
      return connection;
    } catch (error) {
      const problem = `NATS at ${withoutCredentials(options.url)} cannot be reached: ${(error as Error).message}`;
      if (Date.now() + RETRY_MS > deadline) throw new LogUnavailableError(problem, { cause: error });
      if (problem !== told) options.onMessage?.(`${problem}; trying again`);
      told = problem;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** A URL fit for messages and logs. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/g, '//');
}

function connectionOptions({ url, name }: NatsOptions): ConnectionOptions {
  const servers: string[] = [];
  let login: Pick<ConnectionOptions, 'user' | 'pass' | 'token'> = {};
  for (const part of url.split(',')) {
    const parsed = parseServer(part.trim());
    servers.push(parsed.host);
    if (parsed.username !== '') login = loginOf(parsed.username, parsed.password);
  }
  return {
    servers,
    name,
    ...login,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 100,
    // A server that vanished without a word (power, network) is noticed within half a minute.
    pingInterval: 10_000,
    maxPingOut: 2,
    timeout: 10_000,
    noAsyncTraces: true,
  };
}

function parseServer(text: string): { host: string; username: string; password: string } {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    if (url.hostname === '') throw new Error('no host');
    return {
      host: `${url.hostname}:${url.port || '4222'}`,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  } catch {
    throw new TypeError(
      `"${withoutCredentials(text)}" is no address of a NATS server: expected nats://host:port, several separated by commas`,
    );
  }
}

function loginOf(username: string, password: string): Pick<ConnectionOptions, 'user' | 'pass' | 'token'> {
  return password === '' ? { token: username } : { user: username, pass: password };
}

async function report(connection: NatsConnection, onMessage?: (line: string) => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') onMessage?.(`connection to NATS at ${status.server} lost`);
    if (status.type === 'reconnect') onMessage?.(`connected to NATS at ${status.server} again`);
    if (status.type === 'error') onMessage?.(`NATS reports: ${status.error.message}`);
  }
}
