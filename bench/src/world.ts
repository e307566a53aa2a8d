/** The measured system: embedded servers in a folder of their own and the three built services. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { freePort, startEmbeddedNats, startEmbeddedPostgres } from '#embedded';
import { startSystem, type RunningSystem } from '#testing';

export interface World {
  readonly system: RunningSystem;
  readonly nc: NatsConnection;
  readonly db: pg.Pool;
  /** Process ids by name, for CPU accounting. */
  readonly pids: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export async function openWorld(withRows: boolean): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'vigil-bench-'));
  const nats = await startEmbeddedNats({ storeDir: join(dir, 'nats'), port: await freePort() });
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dir, 'postgres'),
    port: await freePort(),
    // Lets the latency of a row be read from the row itself.
    extraSettings: { track_commit_timestamp: 'on' },
  });
  const system = await startSystem({
    natsUrl: nats.url,
    databaseUrl: postgres.url,
    logDir: join(dir, 'logs'),
    env: { VIGIL_LOG_LEVEL: 'warn' },
    services: withRows ? undefined : ['ingest', 'detector'],
  });
  const nc = await connect({ servers: nats.url });
  const db = new pg.Pool({ connectionString: postgres.url, max: 1 });
  const pids: Record<string, number> = {
    ingest: system.ingest.pid,
    detector: system.detector.pid,
    nats: nats.pid,
  };
  if (withRows) Object.assign(pids, { recorder: system.recorder.pid, postgres: postgres.pid });
  const close = async (): Promise<void> => {
    await db.end();
    await nc.close();
    await system.stop();
    await Promise.all([nats.stop(), postgres.stop()]);
    await rm(dir, { recursive: true, force: true });
  };
  return { system, nc, db, pids, close };
}
