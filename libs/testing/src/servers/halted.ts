import { readdirSync, readFileSync } from 'node:fs';

const LONGEST_WAIT_MS = 2_000;

/**
 * A signal is sent before it is taken: a server may answer one more request after `kill(SIGSTOP)` has returned. Blocks
 * until every thread of the process has stopped (on Linux; elsewhere there is no way to tell, and it returns at once).
 */
export function waitUntilHalted(pid: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (process.platform === 'linux' && !isHalted(pid)) {
    if (Date.now() > deadline)
      throw new Error(`process ${pid} has not stopped ${LONGEST_WAIT_MS} ms after SIGSTOP`);
    Atomics.wait(pause, 0, 0, 1);
  }
}

function isHalted(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    // The command name may hold spaces and brackets: the state follows the last bracket.
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  });
}
