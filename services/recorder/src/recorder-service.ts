/** How the recorder starts and stops. */
import { connectNats, LogMismatchError, type NatsConnection, readLogIdentity } from '#jetstream';
import type { Logger, ServiceParts } from '#observability';
import { describeDatabaseError, migrate } from '#postgres';
import type { RecorderConfig } from './options.js';
import { backoffMs, pause } from './pump/backoff.js';
import { Recorder } from './recorder.js';
import { RecorderModule } from './recorder.module.js';
import { RecorderReadiness } from './recorder-readiness.js';

export function buildRecorder({ config, logger }: { config: RecorderConfig; logger: Logger }): ServiceParts {
  let nats: NatsConnection | null = null;
  return {
    module: RecorderModule.forRoot(config, logger),
    async start(app, signal) {
      const recorder = app.get(Recorder);
      const stopped = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped while starting')), { once: true });
      });
      stopped.catch(() => undefined);
      await untilItWorks('The database cannot be migrated yet', signal, logger, () =>
        bringUp(config, logger),
      );
      const connecting = connectNats({
        url: config.natsUrl,
        name: 'vigil-recorder',
        onMessage: (line) => logger.warn(line),
      });
      connecting.then(
        (connection) => (signal.aborted ? void connection.close() : undefined),
        () => undefined,
      );
      nats = await Promise.race([connecting, stopped]);
      app.get(RecorderReadiness).connected(nats);
      const logId = await findLog(nats, signal, logger);
      await Promise.race([recorder.start(nats, logId), stopped]);
    },
    async stop(app) {
      await app.get(Recorder).stop();
      await nats?.close();
    },
  };
}

async function bringUp(config: RecorderConfig, logger: Logger): Promise<void> {
  const applied = await migrate(config.databaseUrl, {
    info: (line) => logger.debug(line),
    warn: (line) => logger.warn(line),
    error: (line) => logger.error(line),
  });
  logger.info(
    { applied },
    applied.length > 0 ? `Applied ${applied.length} migrations` : 'The schema is up to date',
  );
}

/** The streams are ingest's to make: waits until they are there. */
async function findLog(nats: NatsConnection, signal: AbortSignal, logger: Logger): Promise<string> {
  return untilItWorks('The log cannot be read yet', signal, logger, async () => {
    const identity = await readLogIdentity(nats);
    if (identity === null) throw new Error('there is no stream EVENTS; ingest makes it when it starts');
    return identity.logId;
  });
}

/** Tries again for ever, save for what only a person can put right. Rejects when stopped. */
async function untilItWorks<T>(
  problem: string,
  signal: AbortSignal,
  logger: Logger,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof LogMismatchError) throw error;
      if (failures === 1) logger.warn(`${problem}: ${describeDatabaseError(error)}; trying again`);
    }
    await pause(backoffMs(failures), signal);
    if (signal.aborted) throw new Error('stopped while starting');
  }
}
