import { readFileSync } from 'node:fs';
import path from 'node:path';
import { totalmem } from 'node:os';
import pg from 'pg';
import { DirectoryLease } from './directory-lease.js';
import type { EmbeddedServer } from './embedded-server.js';
import { ServerStartError } from './errors.js';
import { freePort } from './free-port.js';
import { ensureCluster, SUPERUSER } from './postgres-cluster.js';
import { clearLeftoverPostgres } from './postgres-leftover.js';
import { clusterOwner, placeData, placeProgram } from './postgres-place.js';
import { findPostgres } from './postgres-program.js';
import { pause, ServerProcess, type ServerCommand } from './server-process.js';
import { serverAccount, type SystemAccount } from './system-account.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its password and the log of the server. Made if absent. */
  readonly dataDir: string;
  /** Taken as it is; without it a free port is found. */
  readonly port?: number;
  /** Where it listens; 127.0.0.1 unless told otherwise. A password is asked for everywhere. */
  readonly host?: string;
  /** Made if absent. */
  readonly database?: string;
  /** Settings of `postgresql.conf`, by name. */
  readonly extraSettings?: Readonly<Record<string, string | number>>;
  /** Told what is being done, one sentence at a time. */
  readonly onMessage?: (line: string) => void;
}

/** `stop` is a fast shutdown: open transactions are rolled back. */
export type EmbeddedPostgres = EmbeddedServer;

const NAME = 'postgres';
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;
/** A port may be taken meanwhile; the memory of a killed predecessor may be held for a moment. */
const ATTEMPTS = 10;
const MIB = 1024 * 1024;

/**
 * Starts PostgreSQL on a cluster below `dataDir`, which it makes at first. Resolves when it takes connections and
 * the database exists. Throws `ServerNotFoundError`, `DirectoryInUseError` or `ServerStartError`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const say = options.onMessage ?? (() => undefined);
  const program = findPostgres();
  const account = serverAccount(clusterOwner(options.dataDir), say);
  const programs = placeProgram(program, account, say);
  const home = placeData(options.dataDir, account, say);
  const lease = new DirectoryLease(home, NAME);
  const stopped = await lease.clear('SIGINT', STOP_TIMEOUT_MS);
  const cleared = stopped ?? (await clearLeftoverPostgres(path.join(home, 'cluster'), STOP_TIMEOUT_MS));
  if (cleared !== null) say(cleared);
  const cluster = await ensureCluster(home, programs, account);
  say(`starting PostgreSQL ${program.version}${account ? ` as user ${account.name}` : ''}`);
  const host = options.host ?? '127.0.0.1';
  const logFile = path.join(home, `${NAME}.log`);
  const database = options.database ?? 'vigil';
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const command = serverCommand(programs, cluster.directory, logFile, account, {
      ...serverSettings(host, port),
      ...options.extraSettings,
    });
    const server = await ServerProcess.start(command);
    lease.take(server.pid, port);
    const address = { host: host === '0.0.0.0' ? '127.0.0.1' : host, port, password: cluster.password };
    const problem = await untilReady(server, cluster.directory, address, database);
    if (problem === null) return handle(server, lease, address, database, logFile);
    await server.stop();
    lease.release();
    const tail = server.logTail();
    if (attempt === ATTEMPTS || !isPassing(tail, options.port === undefined)) {
      throw new ServerStartError(
        `PostgreSQL did not start on port ${port} (${problem}). Its log ends:\n${tail}`,
      );
    }
    await pause(200 * attempt);
  }
}

function serverCommand(
  programs: string,
  cluster: string,
  logFile: string,
  account: SystemAccount | null,
  settings: Readonly<Record<string, string | number>>,
): ServerCommand {
  return {
    program: path.join(programs, 'bin', 'postgres'),
    args: ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    logFile,
    stopSignal: 'SIGINT',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    cwd: cluster,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    ...(account && { uid: account.uid, gid: account.gid }),
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

function handle(
  server: ServerProcess,
  lease: DirectoryLease,
  address: Address,
  database: string,
  logFile: string,
): EmbeddedPostgres {
  return {
    url: `postgresql://${SUPERUSER}:${address.password}@${address.host}:${address.port}/${encodeURIComponent(database)}`,
    port: address.port,
    pid: server.pid,
    logFile,
    exited: server.exited,
    kill: (signal) => server.kill(signal),
    logTail: (lines) => server.logTail(lines),
    unref: () => server.unref(),
    stop: async () => {
      await server.stop();
      lease.release();
    },
  };
}

/** For a machine that also runs everything else: little memory, rare checkpoints, every commit on disk. */
function serverSettings(host: string, port: number): Record<string, string | number> {
  const sharedBuffers = Math.max(64, Math.min(512, Math.floor(totalmem() / MIB / 16)));
  return {
    listen_addresses: host,
    port,
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: `${sharedBuffers}MB`,
    effective_cache_size: `${4 * sharedBuffers}MB`,
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    wal_buffers: '16MB',
    min_wal_size: '256MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    password_encryption: 'scram-sha-256',
  };
}

/** `null` once it takes connections and the database is there, else why not. */
async function untilReady(
  server: ServerProcess,
  cluster: string,
  address: Address,
  database: string,
): Promise<string | null> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let last = 'no answer';
  while (Date.now() < deadline) {
    if (server.status !== null)
      return `it ended with ${server.status.signal ?? `code ${server.status.code}`}`;
    if (isReady(cluster, server.pid)) {
      try {
        await ensureDatabase(address, database);
        return null;
      } catch (error) {
        last = (error as Error).message;
        // 28P01: wrong password. Waiting does not help.
        if ((error as { code?: string }).code === '28P01') return last;
      }
    }
    await pause(30);
  }
  return `${last}, for ${READY_TIMEOUT_MS / 1000} s`;
}

/** Whether that very process takes connections. The answer on the port alone could come from another one's server. */
function isReady(cluster: string, pid: number): boolean {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

async function ensureDatabase(address: Address, database: string): Promise<void> {
  const client = new pg.Client({
    ...address,
    user: SUPERUSER,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

function isPassing(log: string, portIsOurs: boolean): boolean {
  if (/pre-existing shared memory block .*is still in use/.test(log)) return true;
  return portIsOurs && log.includes('Address already in use');
}
