/** Settings that several services read, with one meaning everywhere. */
import { choice, duration, integer, port, text, url } from './kinds.js';

/** Where the service answers HTTP; `defaultPort` differs by service. */
export function httpOptions(defaultPort: number) {
  return {
    httpHost: text.withDefault(
      'VIGIL_HTTP_HOST',
      '127.0.0.1',
      'Address to listen on; 0.0.0.0 for every one.',
    ),
    httpPort: port.withDefault('VIGIL_HTTP_PORT', defaultPort, 'Port to listen on; 0 takes a free one.'),
  };
}

export const logOptions = {
  logLevel: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace').withDefault(
    'VIGIL_LOG_LEVEL',
    'info',
    'Least severity that is logged.',
  ),
  logFormat: choice('auto', 'json', 'pretty').withDefault(
    'VIGIL_LOG_FORMAT',
    'auto',
    'Form of the log on standard output; auto is pretty on a terminal and JSON lines elsewhere.',
  ),
  shutdownMs: duration(100, 600_000).withDefault(
    'VIGIL_SHUTDOWN_TIMEOUT',
    20_000,
    'How long a stopping service may wait for what is in flight.',
  ),
};

export const natsOptions = {
  natsUrl: url('nats', 'tls', 'ws', 'wss').withDefault(
    'NATS_URL',
    'nats://127.0.0.1:4222',
    'NATS servers, separated by commas.',
  ),
};

export const detectionOptions = {
  shards: integer(1, 4096).withDefault(
    'VIGIL_SHARDS',
    64,
    'Number of shards; fixed for the life of a log, and checked against it.',
  ),
  allowedLatenessMs: duration(1_000, 30 * 86_400_000).withDefault(
    'VIGIL_ALLOWED_LATENESS',
    600_000,
    'How long history is kept beyond the widest window that needs it.',
  ),
};
