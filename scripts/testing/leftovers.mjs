/** Finds processes that a test run started and left behind: they carry the run's mark in their environment. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MARK = 'VIGIL_TEST_RUN';
/** What is on its way out gets this long to be gone. */
const GRACE_MS = 5_000;

export function markedEnvironment(env, run) {
  return { ...env, [MARK]: run };
}

/** Waits for the run's processes to end; returns those that did not, as `{ pid, command }`. Linux only, else none. */
export async function leftovers(run, graceMs = GRACE_MS) {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const found = marked(run);
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(100);
  }
}

export function endAll(processes) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function marked(run) {
  const mark = `${MARK}=${run}`;
  const found = [];
  for (const entry of process.platform === 'linux' ? readdirSync('/proc') : []) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
      // A process that has ended and waits to be reaped has no command line.
      if (command !== '') found.push({ pid, command });
    } catch {
      // Ended while it was looked at, or another user's.
    }
  }
  return found;
}
