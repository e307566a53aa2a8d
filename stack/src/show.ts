/** What a running stack shows and sends: addresses, alerts, the status line, sample traffic. */
import { STREAMS } from '#contracts';
import {
  connectNats,
  readLogIdentity,
  streamState,
  withoutCredentials,
  type NatsConnection,
} from '#jetstream';
import { DEMO_ACCOUNTS, sendEndlessly, sendSampleLines } from './demo/sample-traffic.js';
import type { StackDirectory } from './directory/stack-directory.js';
import type { StackOptions } from './options.js';
import type { StackAddresses } from './stack.js';
import { AlertFeed } from './view/alert-feed.js';
import { RowCount } from './view/row-count.js';
import { StatusLine } from './view/status-line.js';
import type { Terminal } from './view/terminal.js';

/** Ends what is shown and sent; resolves when nothing of it is left. */
export type StopShowing = () => Promise<void>;

export async function show(
  addresses: StackAddresses,
  options: StackOptions,
  directory: StackDirectory,
  terminal: Terminal,
): Promise<StopShowing> {
  const connection = await connectNats({ url: addresses.nats, name: 'vigil-stack', giveUpAfterMs: 10_000 });
  const feed = new AlertFeed(connection, terminal);
  // The server must know of the subscription before the first event is sent.
  await connection.flush();
  const rows = new RowCount(addresses.postgres);
  const status = new StatusLine({ ...addresses, feed, rows }, terminal);
  status.start();
  const aborter = new AbortController();
  const traffic =
    options.demoRate === 0
      ? Promise.resolve()
      : sendTraffic(addresses, options, directory, terminal, connection, aborter.signal);
  return async () => {
    aborter.abort();
    await traffic;
    status.stop();
    feed.stop();
    await Promise.all([rows.stop(), connection.close()]);
  };
}

/** Never rejects: sample traffic that fails is told of, and is no reason to stop. */
async function sendTraffic(
  addresses: StackAddresses,
  options: StackOptions,
  directory: StackDirectory,
  terminal: Terminal,
  connection: NatsConnection,
  signal: AbortSignal,
): Promise<void> {
  const sender = { url: addresses.ingest, token: options.token, signal };
  try {
    const log = await readLogIdentity(connection);
    if (log !== null && directory.sampledLog !== log.logId) {
      await sendSampleLines(sender);
      directory.sampledLog = log.logId;
    }
    await sendEndlessly({
      ...sender,
      rate: options.demoRate,
      dataDir: directory.path,
      logBytes: () =>
        streamState(connection, STREAMS.events).then(
          ({ bytes }) => bytes,
          () => null,
        ),
      say: (line) => terminal.line(line),
    });
  } catch (error) {
    if (!signal.aborted) terminal.line(`Sample traffic ended: ${(error as Error).message}`);
  }
}

/** The address of the embedded PostgreSQL is shown whole, to be pasted; a password of the user's is not. */
export function addressLines(addresses: StackAddresses, options: StackOptions, directory: string): string[] {
  const postgres = options.databaseUrl === null ? addresses.postgres : withoutCredentials(addresses.postgres);
  const demo =
    options.demoRate === 0
      ? 'No sample traffic is sent.'
      : `Sample traffic: ${options.demoRate} events a second from ${DEMO_ACCOUNTS.toLocaleString('en')} accounts ` +
        '(`npm start -- --no-demo` sends none).';
  return [
    '',
    `  send events    POST ${addresses.ingest}/v1/events`,
    `  NATS           ${withoutCredentials(addresses.nats)}   (publish on intake.>, subscribe to alerts.>)`,
    `  PostgreSQL     ${postgres}`,
    `  data and logs  ${directory}`,
    '',
    `  ${demo}`,
    '  Alerts are shown as they come. Ctrl-C stops Vigil; the data stays.',
    '',
  ];
}
