/** How ingest starts and stops. */
import {
  connectNats,
  DEFAULT_STREAM_SETTINGS,
  LogMismatchError,
  LogUnavailableError,
  type NatsConnection,
  provisionStreams,
} from '#jetstream';
import type { Logger, ServiceParts } from '#observability';
import { IngestHttpAdapter } from './http/ingest-http-adapter.js';
import { RequestGate } from './http/request-gate.js';
import { IngestModule } from './ingest.module.js';
import { LogGateway } from './log/log-gateway.js';
import { holdsRules, rulesInLog } from './log/rules-in-log.js';
import { checkTogether, type IngestConfig } from './options.js';

const CONNECT_ROUND_MS = 1_000;
const PROVISION_RETRY_MS = 1_000;

export function buildIngest({ config, logger }: { config: IngestConfig; logger: Logger }): ServiceParts {
  checkTogether(config);
  return {
    module: IngestModule.forRoot(config, logger),
    adapter: new IngestHttpAdapter(config),
    async start(app, signal) {
      const connection = await connectUnlessAborted(config, logger, signal);
      try {
        await provision(connection, config, logger, signal);
        await rulesInLog(() => holdsRules(connection), config.rulesWaitMs, logger, signal);
        signal.throwIfAborted();
      } catch (error) {
        await connection.close();
        throw error;
      }
      app.get(LogGateway).open(connection);
      app.get(RequestGate).start();
    },
    async stop(app) {
      await app.get(RequestGate).close();
      await app.get(LogGateway).close();
    },
  };
}

/** Waits for NATS for ever, in rounds, so that a stop is noticed. Throws when the start is aborted meanwhile. */
async function connectUnlessAborted(
  config: IngestConfig,
  logger: Logger,
  signal: AbortSignal,
): Promise<NatsConnection> {
  let told = '';
  const onMessage = (line: string): void => {
    if (line !== told) logger.warn(line);
    told = line;
  };
  while (!signal.aborted) {
    try {
      const giveUpAfterMs = CONNECT_ROUND_MS;
      return await connectNats({ url: config.natsUrl, name: 'vigil-ingest', onMessage, giveUpAfterMs });
    } catch (error) {
      // A wrong address or wrong credentials do not mend themselves.
      if (!(error instanceof LogUnavailableError)) throw error;
      onMessage(`${error.message}; trying again`);
    }
  }
  throw new Error('stopped before NATS could be reached');
}

/** Until it succeeds: a server may answer before its JetStream does. A log that is not ours ends the process. */
async function provision(
  connection: NatsConnection,
  config: IngestConfig,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const settings = { ...DEFAULT_STREAM_SETTINGS, shardCount: config.shards };
  while (!signal.aborted) {
    try {
      const { logId, shardCount } = await provisionStreams(connection, settings, (line) => logger.warn(line));
      logger.info({ logId, shardCount }, 'The log is there');
      return;
    } catch (error) {
      if (error instanceof LogMismatchError) throw error;
      logger.warn(`The streams cannot be made or checked yet: ${(error as Error).message}; trying again`);
      await new Promise((resolve) => setTimeout(resolve, PROVISION_RETRY_MS));
    }
  }
}
