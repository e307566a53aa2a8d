/** What the end-to-end tests share: servers of their own, the built services, and ways to send and to wait. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import {
  startSystem,
  startTestNats,
  startTestPostgres,
  readAlertLog,
  type AlertLog,
  type RunningSystem,
  type TestNats,
  type TestPostgres,
} from '#testing';

export interface World {
  readonly system: RunningSystem;
  readonly nats: TestNats;
  readonly postgres: TestPostgres;
  readonly nc: NatsConnection;
  readonly db: pg.Pool;
  close(): Promise<void>;
}

export async function openWorld(env: Record<string, string> = {}): Promise<World> {
  const logDir = await mkdtemp(join(tmpdir(), 'vigil-e2e-'));
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const system = await startSystem({ natsUrl: nats.url, databaseUrl: postgres.url, logDir, env });
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1 });
  const db = new pg.Pool({ connectionString: postgres.url, max: 2 });
  db.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await db.end();
    await nc.close();
    await system.stop();
    await Promise.all([nats.stop(), postgres.stop()]);
    await rm(logDir, { recursive: true, force: true });
  };
  return { system, nats, postgres, nc, db, close };
}

export interface Answer {
  readonly status: number;
  readonly accepted: number;
  readonly rejected: readonly {
    index: number;
    code: string;
    field: string | null;
    value: string | null;
    message: string;
  }[];
}

export async function post(world: World, body: string, contentType: string): Promise<Answer> {
  const response = await fetch(`${world.system.ingest.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

/** Sends until it is taken: what a publisher does while a service is being restarted. Sending again is safe. */
export async function postUntilTaken(world: World, body: string, contentType: string): Promise<Answer> {
  for (let attempt = 0; attempt < 300; attempt++) {
    try {
      const answer = await post(world, body, contentType);
      if (answer.status === 202 || answer.status === 422) return answer;
    } catch {
      // Refused or cut connections are what this loop is for.
    }
    await sleep(100);
  }
  throw new Error('not taken within 300 attempts');
}

/** Waits until `probe` gives a value for which `done` holds, and returns it; fails with the last value. */
export async function until<T>(
  what: string,
  probe: () => Promise<T>,
  done: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (done(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${timeoutMs} ms; last ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

/** Waits until detector and recorder have read the log to its end, then until no alert has come for a moment. */
export async function settled(world: World): Promise<AlertLog> {
  await until(
    'rows and alerts caught up',
    async () => {
      const info = await streamEnds(world);
      const { rows } = await world.db.query<{ stream: string; sequence: string }>(
        'select stream, sequence from stream_position',
      );
      const behind = rows.filter((row) => Number(row.sequence) < (info[row.stream] ?? 0));
      const ready = await fetch(`${world.system.detector.url}/health/ready`).then(
        (r) => r.ok,
        () => false,
      );
      return { behind: behind.map((row) => row.stream), known: rows.length, ready };
    },
    (state) => state.known > 0 && state.behind.length === 0 && state.ready,
    25_000,
  );
  let last = -1;
  for (;;) {
    const log = await readAlertLog(world.nc);
    if (log.messages.length === last) return log;
    last = log.messages.length;
    await sleep(400);
  }
}

/** Last message of each stream that the recorder reads; the claims of shards are not for it. */
async function streamEnds(world: World): Promise<Record<string, number>> {
  const manager = await jetstreamManager(world.nc);
  const last = async (stream: string, subject: string): Promise<number> =>
    (await manager.streams.getMessage(stream, { last_by_subj: subject }))?.seq ?? 0;
  return {
    EVENTS: (await manager.streams.info('EVENTS')).state.last_seq,
    ALERTS: await last('ALERTS', 'alerts.>'),
    LATE: await last('LATE', 'late.>'),
    DEAD_LETTERS: (await manager.streams.info('DEAD_LETTERS')).state.last_seq,
  };
}
