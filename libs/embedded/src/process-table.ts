/** Questions about processes that are not our children: a pid alone may have been given to somebody else since. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names one process for good: a pid is reused, the pair of pid and start time is not. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in the system's own words; compared, never read. */
  readonly started: string;
}

/** Whether a process with this pid exists; a zombie (dead, not yet reaped by its parent) does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processState(pid) !== 'Z';
}

/** The process that has this pid now, or `null`. */
export function identify(pid: number): ProcessId | null {
  if (!isAlive(pid)) return null;
  const fields = statFields(pid);
  // Field 22 of /proc/<pid>/stat is the start time in clock ticks since boot.
  const started = fields ? fields[19] : ps(pid, 'lstart');
  return started ? { pid, started } : null;
}

/** Whether that very process is still alive. */
export function isSameProcess(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started;
}

/** The command line of a process, arguments separated by spaces; empty if there is no such process. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return ps(pid, 'command');
  }
}

function processState(pid: number): string {
  return statFields(pid)?.[0] ?? ps(pid, 'state').charAt(0);
}

/** The fields of /proc/<pid>/stat from the third (state) on; the second may itself hold spaces and brackets. */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  } catch {
    return '';
  }
}
