/**
 * Who runs the server of a data directory: a file in it names the server process and its owner. A server whose
 * owner died is a leftover, which the next start stops; one whose owner lives is not to be touched.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DirectoryInUseError } from './errors.js';
import { identify, isSameProcess, type ProcessId } from './process-table.js';
import { stopForeignProcess } from './server-process.js';

interface LeaseFile {
  readonly server: ProcessId;
  readonly owner: ProcessId;
  readonly port: number;
}

export class DirectoryLease {
  private readonly file: string;

  constructor(
    private readonly directory: string,
    private readonly server: string,
  ) {
    this.file = path.join(directory, `${server}.owner.json`);
  }

  /**
   * Stops what a killed owner left running here. Throws `DirectoryInUseError` when the owner is alive.
   * Returns a sentence on what was done, or `null`.
   */
  async clear(stopSignal: NodeJS.Signals, timeoutMs: number): Promise<string | null> {
    const lease = this.read();
    if (lease === null || !isSameProcess(lease.server)) return null;
    if (isSameProcess(lease.owner)) {
      throw new DirectoryInUseError(
        `${this.directory} is in use: ${this.server} (pid ${lease.server.pid}, port ${lease.port}) runs there for ` +
          `process ${lease.owner.pid}. Stop that one first, or use another directory.`,
      );
    }
    const ended = await stopForeignProcess(lease.server.pid, stopSignal, timeoutMs);
    if (!ended) {
      throw new DirectoryInUseError(
        `${this.server} (pid ${lease.server.pid}) was left running in ${this.directory} and could not be stopped.`,
      );
    }
    return `stopped ${this.server} (pid ${lease.server.pid}), left running by a process that is gone`;
  }

  take(pid: number, port: number): void {
    const server = identify(pid);
    const owner = identify(process.pid);
    if (server === null || owner === null) return;
    writeFileSync(this.file, JSON.stringify({ server, owner, port } satisfies LeaseFile) + '\n');
  }

  release(): void {
    rmSync(this.file, { force: true });
  }

  private read(): LeaseFile | null {
    try {
      const lease = JSON.parse(readFileSync(this.file, 'utf8')) as LeaseFile;
      return Number.isInteger(lease.server.pid) && Number.isInteger(lease.owner.pid) ? lease : null;
    } catch {
      // Absent, or cut short by a crash while it was written: nothing is known of a leftover.
      return null;
    }
  }
}
