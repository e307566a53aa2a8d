/** What `npm start` can be told, on its command line and by the environment. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { option, readConfig, type ConfigOf, type Environment } from '#config';
import { StackFailure } from './failure.js';

export const stackOptions = {
  dataDir: option.text.optional(
    'VIGIL_DATA_DIR',
    'Where data, logs and addresses are kept; .vigil in the project.',
  ),
  natsUrl: option
    .url('nats', 'tls', 'ws', 'wss')
    .optional('NATS_URL', 'NATS server with JetStream to use; the embedded one unless set.'),
  databaseUrl: option
    .url('postgres', 'postgresql')
    .optional('DATABASE_URL', 'PostgreSQL to use; the embedded one unless set.'),
  httpHost: option.text.withDefault('VIGIL_HTTP_HOST', '127.0.0.1', 'Address that the services listen on.'),
  token: option.secret.optional('VIGIL_TOKEN', 'Bearer token of ingest; the sample traffic carries it too.'),
  ingestPort: option
    .integerBetween(1, 65_535)
    .withDefault('VIGIL_HTTP_PORT', 7480, 'Port of ingest, if free.'),
  detectorPort: option
    .integerBetween(1, 65_535)
    .withDefault('VIGIL_DETECTOR_PORT', 7481, "Port of the detector's health and metrics, if free."),
  recorderPort: option
    .integerBetween(1, 65_535)
    .withDefault('VIGIL_RECORDER_PORT', 7482, "Port of the recorder's health and metrics, if free."),
  natsPort: option
    .integerBetween(1, 65_535)
    .withDefault('VIGIL_NATS_PORT', 7422, 'Port of the embedded nats-server, if free.'),
  postgresPort: option
    .integerBetween(1, 65_535)
    .withDefault('VIGIL_POSTGRES_PORT', 7432, 'Port of the embedded PostgreSQL, if free.'),
} as const;

type Settings = ConfigOf<typeof stackOptions>;

export interface StackOptions extends Omit<Settings, 'dataDir'> {
  /** Absolute. */
  readonly dataDir: string;
  /** Events a second of sample traffic; 0 for none. */
  readonly demoRate: number;
}

const DEFAULT_RATE = 50;
const MOST_RATE = 2_000;

export const HELP = `npm start [-- options]

Runs Vigil on this machine: NATS and PostgreSQL (embedded ones, unless NATS_URL or DATABASE_URL name others), ingest,
detector and recorder, each a process of its own. Sends sample traffic and shows alerts as they come. Ctrl-C stops it.

  --no-demo        send no sample traffic
  --rate <n>       events a second of sample traffic, 1 to ${MOST_RATE} (default ${DEFAULT_RATE})
  --help           show this

Environment:
${Object.values(stackOptions)
  .map(({ env, description }) => `  ${env.padEnd(20)} ${description}`)
  .join('\n')}

The addresses in use are in .vigil/stack.json while Vigil runs.`;

/** Returns 'help' when that was asked for. Throws `StackFailure` or `ConfigError`. */
export function readOptions(args: readonly string[], env: Environment, root: string): StackOptions | 'help' {
  const flags = readFlags(args);
  if (flags.help) return 'help';
  const settings = readConfig(stackOptions, env);
  const dataDir = settings.dataDir === null ? path.join(root, '.vigil') : path.resolve(settings.dataDir);
  const noDemo = flags['no-demo'] === true || flags.demo === false;
  return { ...settings, dataDir, demoRate: noDemo ? 0 : rateOf(flags.rate) };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        demo: { type: 'boolean' },
        'no-demo': { type: 'boolean' },
        rate: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new StackFailure(`${(error as Error).message.split('\n')[0]}\n\n${HELP}`);
  }
}

function rateOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RATE;
  const rate = Number(text);
  if (Number.isInteger(rate) && rate >= 1 && rate <= MOST_RATE) return rate;
  throw new StackFailure(`--rate: ${JSON.stringify(text)} is not a whole number from 1 to ${MOST_RATE}`);
}
