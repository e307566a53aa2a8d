/** `vigil status`: are the services ready, what do the streams hold, who is behind. */
import { STREAMS } from '#contracts';
import { connectNats, streamState, withoutCredentials, type StreamState } from '#jetstream';
import { addressOf, stackAddresses } from '../addresses.js';
import { CliFailure, EXIT } from '../failure.js';
import { print, printJson, styled, table } from '../output/out.js';
import { serviceStatus, type ServiceStatus } from './service-status.js';

export interface StatusOptions {
  readonly url?: string;
  readonly nats?: string;
  readonly json?: boolean;
}

interface Status {
  readonly services: Readonly<Record<string, ServiceStatus>>;
  readonly nats: { readonly url: string; readonly reachable: boolean; readonly error?: string };
  readonly streams: Readonly<Record<string, StreamState | null>>;
}

const CONNECT_MS = 3_000;

/** Returns the exit code. */
export async function status(options: StatusOptions): Promise<number> {
  const found = await look(options);
  if (options.json) await printJson(found);
  else for (const line of linesOf(found)) await print(line);
  const ready = Object.values(found.services).every((service) => service.ready);
  if (!found.nats.reachable) return EXIT.unreachable;
  return ready ? EXIT.ok : EXIT.notAll;
}

async function look(options: StatusOptions): Promise<Status> {
  const stack = stackAddresses();
  const nats = addressOf('nats', options.nats);
  const urls: Record<string, string> = {};
  for (const name of ['ingest', 'detector', 'recorder'])
    if (stack[name] !== undefined) urls[name] = stack[name];
  const ingest = ingestUrl(options.url);
  if (ingest !== null) urls.ingest = ingest;
  const services = await Promise.all(
    Object.entries(urls).map(async ([name, url]) => [name, await serviceStatus(url)] as const),
  );
  return { services: Object.fromEntries(services), ...(await lookAtNats(nats)) };
}

/** The ingest that is named, or the stack's; none is no reason not to look at the rest. */
function ingestUrl(flag: string | undefined): string | null {
  try {
    return addressOf('ingest', flag);
  } catch (error) {
    if (error instanceof CliFailure && error.exitCode === EXIT.unreachable) return null;
    throw error;
  }
}

async function lookAtNats(url: string): Promise<Pick<Status, 'nats' | 'streams'>> {
  const shown = withoutCredentials(url);
  try {
    const connection = await connectNats({ url, name: 'vigil-cli', giveUpAfterMs: CONNECT_MS });
    try {
      const entries = await Promise.all(
        Object.values(STREAMS).map(async (stream) => {
          return [stream, await streamState(connection, stream).catch(() => null)] as const;
        }),
      );
      return { nats: { url: shown, reachable: true }, streams: Object.fromEntries(entries) };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { nats: { url: shown, reachable: false, error: (error as Error).message }, streams: {} };
  }
}

function linesOf({ services, nats, streams }: Status): string[] {
  const lines = [nats.reachable ? `NATS at ${nats.url}` : `NATS at ${nats.url}: ${nats.error}`, ''];
  const serviceRows = Object.entries(services).map(([name, service]) => [
    name,
    service.ready ? styled('green', 'ready') : styled('red', 'not ready'),
    service.lag === null ? '' : `${service.lag.toLocaleString('en')} behind`,
    service.ready ? service.url : `${service.url}  ${service.reason ?? ''}`,
  ]);
  if (serviceRows.length > 0)
    lines.push(...table([['service', 'state', 'log', 'address'], ...serviceRows]), '');
  const streamRows = Object.entries(streams).map(([name, state]) =>
    state === null
      ? [name, '–', '–', '–', 'not there']
      : [
          name,
          state.messages.toLocaleString('en'),
          `${state.first} to ${state.last}`,
          mebibytes(state.bytes),
          state.maxBytes > 0 ? `of ${mebibytes(state.maxBytes)}` : 'no limit',
        ],
  );
  if (streamRows.length > 0)
    lines.push(...table([['stream', 'messages', 'sequences', 'MiB', 'limit'], ...streamRows]));
  return lines;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 1 });
}
