/** One built service as a process of its own, for end-to-end tests and measurements. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from './package-root.js';

export type ServiceName = 'ingest' | 'detector' | 'recorder';

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Folder that receives `<name>.log`. */
  readonly logDir: string;
}

/** Owns the process: starts it, waits until it is ready, kills it, starts it again on the same port. */
export class ServiceProcess {
  private child: ChildProcess | null = null;
  private readonly log: WriteStream;

  constructor(private readonly options: ServiceOptions) {
    this.log = createWriteStream(join(options.logDir, `${options.name}.log`), { flags: 'a' });
  }

  get name(): ServiceName {
    return this.options.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} is not running`);
    return this.child.pid;
  }

  start(): void {
    const entry = join(packageRoot(), 'dist', 'services', this.name, 'src', 'main.js');
    const env = { ...process.env, ...this.options.env, VIGIL_HTTP_PORT: String(this.options.port) };
    // Jest's flags must not reach a service: it has to run as a user's would.
    delete (env as Record<string, string | undefined>).NODE_OPTIONS;
    this.child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.pipe(this.log, { end: false });
    this.child.stderr?.pipe(this.log, { end: false });
  }

  /** Resolves when `/health/ready` says so; throws after `timeoutMs`, with the last answer. */
  async ready(timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    let last = 'no answer';
    while (Date.now() < deadline) {
      try {
        const response = await fetch(`${this.url}/health/ready`);
        last = `${response.status} ${await response.text()}`;
        if (response.ok) return;
      } catch (error) {
        last = String(error);
      }
      if (this.child === null || this.child.exitCode !== null) {
        throw new Error(
          `${this.name} exited with ${this.child?.exitCode} before it was ready (last: ${last})`,
        );
      }
      await sleep(50);
    }
    throw new Error(`${this.name} was not ready within ${timeoutMs} ms: ${last}`);
  }

  /** Sends the signal and waits for the end; returns the exit code, or null when a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.end(signal);
    this.start();
    await this.ready();
  }

  /** Ends the process for good: SIGTERM, and SIGKILL if that takes too long. */
  async stop(timeoutMs = 15_000): Promise<number | null> {
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), timeoutMs);
    try {
      return await this.end('SIGTERM');
    } finally {
      clearTimeout(timer);
      this.log.end();
    }
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }
}
