/** A service as a process: settings from the environment, signals, exit codes. */
import { type ConfigOf, ConfigError, type Options, readConfig } from '#config';
import { createLogger, type Logger, type LogSettings } from './logger.js';
import { type HttpSettings, ListenError, RunningService, type ServiceParts } from './running-service.js';

/** Exit codes; a supervisor need not restart a process that ended with `BAD_CONFIG`. */
export const EXIT = { OK: 0, FAILED: 1, BAD_CONFIG: 78 } as const;

export interface ProcessSettings extends LogSettings, HttpSettings {
  /** Longest that a stop may wait for what is in flight. */
  readonly shutdownMs: number;
}

export interface ServiceDefinition<O extends Options> {
  readonly name: string;
  /** Contains at least `logOptions` and `httpOptions(port)`. */
  readonly options: O;
  build(context: { readonly config: ConfigOf<O>; readonly logger: Logger }): ServiceParts;
}

/**
 * Runs a service until it is told to stop. SIGTERM and SIGINT stop it cleanly (exit code 0); a second
 * one ends it at once. A failed start, an unhandled rejection or a stop that takes longer than
 * `shutdownMs` ends the process with code 1: whoever supervises it starts it again from the log.
 */
export async function runService<O extends Options>(definition: ServiceDefinition<O>): Promise<void> {
  const config = readOrExit(definition.options);
  const settings = config as unknown as ProcessSettings;
  const logger = createLogger(definition.name, settings);
  exitOnStrayErrors(logger);
  try {
    const service = await RunningService.open(definition.build({ config, logger }), settings, logger);
    stopOnSignals(service, settings.shutdownMs, logger);
    void service.failed.then((error) => {
      logger.fatal({ err: error }, `${definition.name} cannot go on: ${error.message}`);
      process.exit(EXIT.FAILED);
    });
    logger.info({ url: service.url }, `${definition.name} answers on ${service.url}; starting`);
    await service.started;
    if (service.phase === 'running') logger.info(`${definition.name} is running`);
  } catch (error) {
    if (error instanceof ListenError) logger.fatal(error.message);
    else logger.fatal({ err: error }, `${definition.name} could not start: ${(error as Error).message}`);
    process.exit(EXIT.FAILED);
  }
}

function readOrExit<O extends Options>(options: O): ConfigOf<O> {
  try {
    return readConfig(options, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT.BAD_CONFIG);
  }
}

/** State after a stray error is unknown, and everything needed to go on is in the log: end, and be restarted. */
function exitOnStrayErrors(logger: Logger): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal(
        { err: error },
        event === 'uncaughtException' ? 'Uncaught exception' : 'Unhandled rejection',
      );
      process.exit(EXIT.FAILED);
    });
  }
}

function stopOnSignals(service: RunningService, shutdownMs: number, logger: Logger): void {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals > 1) {
      logger.warn({ signal }, 'Told to stop again: ending at once');
      process.exit(EXIT.FAILED);
    }
    logger.info({ signal }, 'Stopping: finishing what is in flight');
    void stopWithin(service, shutdownMs, logger);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function stopWithin(service: RunningService, shutdownMs: number, logger: Logger): Promise<void> {
  const timer = setTimeout(() => {
    logger.error({ shutdownMs }, 'What is in flight did not finish in time: ending without it');
    process.exit(EXIT.FAILED);
  }, shutdownMs);
  try {
    await service.stop();
    clearTimeout(timer);
    logger.info('Stopped');
    process.exit(EXIT.OK);
  } catch (error) {
    logger.fatal({ err: error }, 'Stopping failed');
    process.exit(EXIT.FAILED);
  }
}
