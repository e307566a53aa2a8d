/**
 * The data directory of a stack. What others read of it: `stack.json` (the addresses in use, only while the stack
 * runs) and `supervisor.json` (the process that runs it).
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ProcessId } from '#embedded';
import { StackFailure } from '../failure.js';
import { readJson, writeJson } from './atomic-json.js';
import { DirectoryLock } from './directory-lock.js';

/** URLs by part; only those that exist. */
export type Addresses = Readonly<Record<string, string>>;
/** Ports by part. */
export type Ports = Readonly<Record<string, number>>;

export interface ServiceRecord {
  readonly name: string;
  readonly process: ProcessId;
}

export class StackDirectory {
  private constructor(
    readonly path: string,
    private readonly lock: DirectoryLock,
  ) {}

  /** Makes the directory and takes it for this process. Throws `StackFailure`. */
  static open(directory: string): StackDirectory {
    try {
      mkdirSync(path.join(directory, 'logs'), { recursive: true });
    } catch (error) {
      throw new StackFailure(
        `The data directory ${directory} cannot be made (${(error as Error).message}). Set VIGIL_DATA_DIR to another.`,
      );
    }
    const stack = new StackDirectory(
      directory,
      DirectoryLock.take(path.join(directory, 'supervisor.json'), directory),
    );
    // What a killed predecessor left says nothing about this run.
    stack.removeAddresses();
    return stack;
  }

  get natsDir(): string {
    return path.join(this.path, 'nats');
  }

  get postgresDir(): string {
    return path.join(this.path, 'postgres');
  }

  logFile(name: string): string {
    return path.join(this.path, 'logs', `${name}.log`);
  }

  writeAddresses(addresses: Addresses): void {
    writeJson(path.join(this.path, 'stack.json'), addresses);
  }

  removeAddresses(): void {
    rmSync(path.join(this.path, 'stack.json'), { force: true });
  }

  /** The ports of the last run. */
  get ports(): Ports {
    return (readJson(path.join(this.path, 'ports.json')) as Ports | null) ?? {};
  }

  set ports(ports: Ports) {
    writeJson(path.join(this.path, 'ports.json'), ports);
  }

  /** The services of this run or, before any was started, of the last one. */
  get services(): readonly ServiceRecord[] {
    return (readJson(path.join(this.path, 'services.json')) as ServiceRecord[] | null) ?? [];
  }

  set services(services: readonly ServiceRecord[]) {
    writeJson(path.join(this.path, 'services.json'), services);
  }

  /** The log that the sample lines were sent to, by its identity. */
  get sampledLog(): string | null {
    return (readJson(path.join(this.path, 'demo.json')) as { log: string } | null)?.log ?? null;
  }

  set sampledLog(log: string) {
    writeJson(path.join(this.path, 'demo.json'), { log });
  }

  close(): void {
    this.removeAddresses();
    this.lock.release();
  }
}
