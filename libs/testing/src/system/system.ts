/** The whole built system on free ports, against a NATS and a PostgreSQL that the caller started. */
import { mkdir } from 'node:fs/promises';
import { freePort } from '#embedded';
import { ServiceProcess, type ServiceName } from './service-process.js';

export interface SystemOptions {
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly logDir: string;
  /** Settings for all services, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Services to start; all three unless named. */
  readonly services?: readonly ServiceName[];
}

export interface RunningSystem {
  readonly ingest: ServiceProcess;
  readonly detector: ServiceProcess;
  readonly recorder: ServiceProcess;
  stop(): Promise<void>;
}

export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  await mkdir(options.logDir, { recursive: true });
  const env = {
    NATS_URL: options.natsUrl,
    DATABASE_URL: options.databaseUrl,
    VIGIL_LOG_FORMAT: 'json',
    ...options.env,
  };
  const make = async (name: ServiceName): Promise<ServiceProcess> =>
    new ServiceProcess({ name, port: await freePort(), env, logDir: options.logDir });
  const system = {
    ingest: await make('ingest'),
    detector: await make('detector'),
    recorder: await make('recorder'),
  };
  const started = (options.services ?? (['ingest', 'detector', 'recorder'] as const)).map(
    (name) => system[name],
  );
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((service) => service.stop()));
  };
  for (const service of started) service.start();
  try {
    await Promise.all(started.map((service) => service.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...system, stop };
}
