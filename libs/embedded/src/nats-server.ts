import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { DirectoryLease } from './directory-lease.js';
import type { EmbeddedServer } from './embedded-server.js';
import { ServerStartError } from './errors.js';
import { freePort } from './free-port.js';
import { natsConfig } from './nats-config.js';
import { findNatsServer } from './nats-program.js';
import { pause, ServerProcess } from './server-process.js';

export interface EmbeddedNatsOptions {
  /** Holds the streams, the configuration and the log of the server. Made if absent. */
  readonly storeDir: string;
  /** Taken as it is; without it a free port is found. */
  readonly port?: number;
  /** Where it listens; 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  readonly serverName?: string;
  /** Port of the monitoring pages (`/healthz`, `/varz`, …), on the loopback interface only. */
  readonly monitorPort?: number;
  /**
   * `always` unless set: an acknowledged write is on disk. Otherwise for how long it may lie in the page cache,
   * e.g. `2m`: lost when the machine loses power.
   */
  readonly syncInterval?: string;
  /**
   * What JetStream may reserve on disk, bytes: three quarters of what was free at the first start, unless set.
   * Lowering it below what the streams have reserved makes them vanish until it is raised again.
   */
  readonly maxStoreBytes?: number;
  /** More lines for the configuration file. */
  readonly extraConfig?: string;
  /** Told what is being done, one sentence at a time. */
  readonly onMessage?: (line: string) => void;
}

export interface EmbeddedNats extends EmbeddedServer {
  readonly version: string;
}

const NAME = 'nats-server';
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
/** A port found free may be taken before the server binds it. */
const PORT_ATTEMPTS = 3;

/**
 * Starts nats-server with JetStream on disk, every write synced before it is acknowledged. Resolves when it
 * answers. Throws `ServerNotFoundError`, `DirectoryInUseError` or `ServerStartError`.
 */
export async function startEmbeddedNats(options: EmbeddedNatsOptions): Promise<EmbeddedNats> {
  const program = await findNatsServer();
  const storeDir = path.resolve(options.storeDir);
  mkdirSync(storeDir, { recursive: true });
  const lease = new DirectoryLease(storeDir, NAME);
  const cleared = await lease.clear('SIGTERM', STOP_TIMEOUT_MS);
  if (cleared !== null) options.onMessage?.(cleared);
  options.onMessage?.(`starting nats-server ${program.version}`);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const started = await launch(options, storeDir, program.path, port, lease);
    if (started instanceof ServerProcess)
      return handle(started, lease, options, storeDir, port, program.version);
    if (options.port === undefined && attempt < PORT_ATTEMPTS && portWasTaken(started.logTail)) continue;
    throw new ServerStartError(
      `nats-server ${program.version} did not start on port ${port} (${started.reason}). Its log ends:\n${started.logTail}`,
    );
  }
}

interface FailedStart {
  readonly reason: string;
  readonly logTail: string;
}

async function launch(
  options: EmbeddedNatsOptions,
  storeDir: string,
  program: string,
  port: number,
  lease: DirectoryLease,
): Promise<ServerProcess | FailedStart> {
  const host = options.host ?? '127.0.0.1';
  const configFile = path.join(storeDir, `${NAME}.conf`);
  const config = natsConfig({
    host,
    port,
    storeDir,
    syncInterval: options.syncInterval ?? 'always',
    serverName: options.serverName ?? 'vigil',
    maxStoreBytes: options.maxStoreBytes ?? storeLimit(storeDir),
    monitorPort: options.monitorPort ?? null,
    extraConfig: options.extraConfig ?? '',
  });
  for (const left of portsFiles(storeDir)) rmSync(path.join(storeDir, left), { force: true });
  writeFileSync(configFile, config, { mode: 0o600 });
  const server = await ServerProcess.start({
    program,
    args: ['--config', configFile],
    logFile: path.join(storeDir, `${NAME}.log`),
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  lease.take(server.pid, port);
  const reason = await untilReady(server, storeDir, host === '0.0.0.0' ? '127.0.0.1' : host, port);
  if (reason === null) return server;
  await server.stop();
  lease.release();
  return { reason, logTail: server.logTail() };
}

/**
 * What JetStream may reserve. The server's own default, a share of what is free at each start, shrinks as the
 * streams fill, until their reservations no longer fit and it refuses to bring them back. So the first start
 * decides, and its figure is kept.
 */
function storeLimit(storeDir: string): number {
  const file = path.join(storeDir, 'store-limit');
  const disk = statfsSync(storeDir);
  try {
    const kept = Number(readFileSync(file, 'utf8'));
    if (Number.isSafeInteger(kept) && kept > 0) return kept;
  } catch {
    // The first start in this directory.
  }
  const limit = Math.floor(disk.bavail * disk.bsize * 0.75);
  writeFileSync(file, `${limit}\n`);
  return limit;
}

function handle(
  server: ServerProcess,
  lease: DirectoryLease,
  options: EmbeddedNatsOptions,
  storeDir: string,
  port: number,
  version: string,
): EmbeddedNats {
  const host = options.host === undefined || options.host === '0.0.0.0' ? '127.0.0.1' : options.host;
  return {
    url: `nats://${host}:${port}`,
    port,
    pid: server.pid,
    version,
    logFile: path.join(storeDir, `${NAME}.log`),
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

/** `null` once the server answers, else why it will not. The streams are restored before it listens. */
async function untilReady(
  server: ServerProcess,
  storeDir: string,
  host: string,
  port: number,
): Promise<string | null> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (server.status !== null)
      return `it ended with ${server.status.signal ?? `code ${server.status.code}`}`;
    if (listens(storeDir, server.pid) && (await greeting(host, port)).startsWith('INFO ')) return null;
    await pause(20);
  }
  return `no answer within ${READY_TIMEOUT_MS / 1000} s`;
}

/** Whether that very process listens. The answer on the port alone could come from another one's server. */
function listens(storeDir: string, pid: number): boolean {
  return portsFiles(storeDir).includes(`${NAME}_${pid}.ports`);
}

function portsFiles(storeDir: string): string[] {
  return readdirSync(storeDir).filter((name) => name.endsWith('.ports'));
}

/** The first bytes that a server on this port sends; empty if nobody answers. */
function greeting(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(2_000, () => done(''));
    socket.once('error', () => done(''));
    socket.once('data', (data) => done(data.toString('latin1')));
  });
}

function portWasTaken(log: string): boolean {
  return log.includes('address already in use');
}
