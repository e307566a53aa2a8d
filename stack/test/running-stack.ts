/** The built supervisor as a process, watched from outside. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const ROOT = process.cwd();

export interface ServiceRecord {
  readonly name: string;
  readonly process: { readonly pid: number };
}

export class RunningStack {
  output = '';
  readonly ended: Promise<number | null>;

  private constructor(
    readonly directory: string,
    readonly child: ChildProcess,
  ) {
    const keep = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout!.on('data', keep);
    child.stderr!.on('data', keep);
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  static start(directory: string, args: string[], env: Record<string, string>): RunningStack {
    const entry = path.join(ROOT, 'dist', 'stack', 'src', 'main.js');
    const child = spawn(process.execPath, [entry, ...args], { env: environment(directory, env) });
    return new RunningStack(directory, child);
  }

  /** Resolves with the addresses when Vigil says that it runs. */
  async running(): Promise<Record<string, string>> {
    await this.prints('Vigil is running');
    return this.addresses;
  }

  get addresses(): Record<string, string> {
    return this.json('stack.json') as Record<string, string>;
  }

  get services(): ServiceRecord[] {
    return this.json('services.json') as ServiceRecord[];
  }

  pidOf(service: string): number {
    return this.services.find(({ name }) => name === service)!.process.pid;
  }

  /** Resolves when the output holds the text or matches, after `from` characters of it. */
  async prints(text: string | RegExp, from = 0): Promise<void> {
    const found = (): boolean => {
      const part = this.output.slice(from);
      return typeof text === 'string' ? part.includes(text) : text.test(part);
    };
    await until(found, () => `the stack did not print ${text}; it printed:\n${this.output}`, 60_000);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }

  private json(file: string): unknown {
    return JSON.parse(readFileSync(path.join(this.directory, file), 'utf8'));
  }
}

/** Runs the built command to its end. */
export async function vigil(
  directory: string,
  args: string[],
  input = '',
): Promise<{ code: number | null; out: string; err: string }> {
  const entry = path.join(ROOT, 'dist', 'cli', 'src', 'main.js');
  const child = spawn(process.execPath, [entry, ...args], { env: environment(directory, {}) });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  complaint: () => string,
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(complaint());
    await sleep(50);
  }
}

/** Ids of the processes whose command line names the directory, that of the supervisor's services included. */
export function processesOf(directory: string, services: readonly ServiceRecord[]): number[] {
  const pids = services.map((service) => service.process.pid);
  for (const file of ['nats/nats-server.owner.json', 'postgres/postgres.owner.json']) {
    const lease = path.join(directory, file);
    if (!existsSync(lease)) continue;
    pids.push((JSON.parse(readFileSync(lease, 'utf8')) as { server: { pid: number } }).server.pid);
  }
  return pids.filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function environment(directory: string, env: Record<string, string>): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = { ...process.env, VIGIL_DATA_DIR: directory, ...env };
  for (const name of ['NODE_OPTIONS', 'NATS_URL', 'DATABASE_URL', 'VIGIL_URL', 'VIGIL_TOKEN']) {
    if (!(name in env)) delete own[name];
  }
  return own;
}
