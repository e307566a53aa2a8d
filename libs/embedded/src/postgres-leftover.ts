/** A postmaster that outlived its owner is found by the file that PostgreSQL itself keeps, `postmaster.pid`. */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DirectoryInUseError } from './errors.js';
import { commandLine, isAlive } from './process-table.js';
import { stopForeignProcess } from './server-process.js';

/** Stops it, or removes the stale file. Returns a sentence on what was done, or `null`. */
export async function clearLeftoverPostgres(cluster: string, timeoutMs: number): Promise<string | null> {
  const file = path.join(cluster, 'postmaster.pid');
  const pid = readPid(file);
  if (pid === null) return null;
  if (!isAlive(pid) || !isPostmasterOf(pid, cluster)) {
    // The pid may belong to somebody else by now, and PostgreSQL would refuse to start for its sake.
    rmSync(file, { force: true });
    return null;
  }
  if (!(await stopForeignProcess(pid, 'SIGINT', timeoutMs))) {
    throw new DirectoryInUseError(
      `PostgreSQL (pid ${pid}) was left running in ${cluster} and could not be stopped.`,
    );
  }
  return `stopped PostgreSQL (pid ${pid}), left running by a process that is gone`;
}

function readPid(file: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== cluster) return false;
    return commandLine(pid).includes('postgres');
  } catch {
    return commandLine(pid).includes(cluster);
  }
}
