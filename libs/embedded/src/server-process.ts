/**
 * One server program as a child process.
 *
 * 1. It runs in a session of its own, so that Ctrl-C in the terminal reaches only its owner, which stops the
 *    services first and the servers last.
 * 2. It does not outlive its owner: a guard (one `sh`) waits on a pipe that only the owner holds, and stops the
 *    server when that pipe breaks, however the owner died.
 * 3. Its output goes to a file, not through the owner: a server whose output nobody reads must not block.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { isAlive } from './process-table.js';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Asks the server to end cleanly. */
  readonly stopSignal: NodeJS.Signals;
  /** How long a clean end may take before the server is killed, milliseconds. */
  readonly stopTimeoutMs: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A log larger than this is set aside (one generation is kept) when the server starts. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export class ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  private ended: ExitStatus | null = null;

  private constructor(
    private readonly child: ChildProcess,
    private readonly command: ServerCommand,
  ) {
    this.pid = child.pid!;
    const guard = guardProcess(this.pid, command.stopSignal);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.ended = { code, signal };
        guard.release();
        resolve(this.ended);
      });
    });
  }

  static async start(command: ServerCommand): Promise<ServerProcess> {
    rotateLog(command.logFile);
    const log = openSync(command.logFile, 'a', 0o600);
    try {
      const child = spawn(command.program, command.args, {
        stdio: ['ignore', log, log],
        detached: true,
        uid: command.uid,
        gid: command.gid,
        cwd: command.cwd,
        env: command.env ?? process.env,
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return new ServerProcess(child, command);
    } finally {
      closeSync(log);
    }
  }

  /** How it ended, or `null` while it runs. */
  get status(): ExitStatus | null {
    return this.ended;
  }

  /** Lets this process end while the server runs; the guard then stops the server. */
  unref(): void {
    this.child.unref();
  }

  kill(signal: NodeJS.Signals): void {
    if (this.ended === null) this.child.kill(signal);
  }

  /** Stops the server cleanly, or by force after `stopTimeoutMs`. May be called more than once. */
  async stop(): Promise<void> {
    if (this.ended !== null) return;
    this.child.kill(this.command.stopSignal);
    // A stopped (SIGSTOP) process takes no other signal until it is continued.
    this.child.kill('SIGCONT');
    const force = setTimeout(() => this.child.kill('SIGKILL'), this.command.stopTimeoutMs);
    await this.exited;
    clearTimeout(force);
  }

  /** The last lines of the server's log: what to show when it failed. */
  logTail(lines = 15): string {
    return logTail(this.command.logFile, lines);
  }
}

export interface Guard {
  /** The process ended by itself or was stopped: nothing is left to guard. */
  release(): void;
}

/** Sends `signal` to a process as soon as the present process has ended, however it ended. */
export function guardProcess(pid: number, signal: NodeJS.Signals): Guard {
  const script = 'read -r _ || kill -s "$1" "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'vigil-guard', signal.replace(/^SIG/, ''), String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a guard (no sh) the server still works; the next start finds and stops what was left.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return { release: () => void guard.stdin.end('done\n') };
}

/** Stops a process that is not our child; by force after the time-out. `false` if it is alive even so. */
export async function stopForeignProcess(
  pid: number,
  signal: NodeJS.Signals,
  timeoutMs: number,
): Promise<boolean> {
  sendSignal(pid, signal);
  sendSignal(pid, 'SIGCONT');
  if (await hasEnded(pid, timeoutMs)) return true;
  sendSignal(pid, 'SIGKILL');
  return hasEnded(pid, 5_000);
}

export function logTail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile, which is what was wanted.
  }
}

async function hasEnded(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await pause(25);
  }
  return true;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function rotateLog(file: string): void {
  try {
    if (statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is no log yet.
  }
}
