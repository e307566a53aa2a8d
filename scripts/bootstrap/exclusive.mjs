/** One preparation at a time: two commands begun together must not install into each other's folders. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOOLCHAIN } from './paths.mjs';
import { say } from './say.mjs';

const FILE = path.join(TOOLCHAIN, 'preparing.pid');
const RETRY_MS = 200;
const SETTLE_MS = 30;
/** A holder writes its pid at once; a file that stays empty longer was cut short by a crash. */
const EMPTY_FOR_MS = 5_000;

/** Runs `work` while no other process runs its own; waits for that one, and says so. */
export async function exclusively(work) {
  mkdirSync(TOOLCHAIN, { recursive: true });
  let told = false;
  while (!(await take())) {
    const holder = holderPid();
    if (!isRunning(holder)) {
      rmSync(FILE, { force: true });
      continue;
    }
    if (!told) say(`Another command (process ${holder}) is installing or building; waiting for it …`);
    told = true;
    await sleep(RETRY_MS);
  }
  const release = () => rmSync(FILE, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

async function take() {
  try {
    const file = openSync(FILE, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    // Of two that found the same dead holder, the slower may just have removed our file for the dead one's.
    await sleep(SETTLE_MS);
    return holderPid() === process.pid;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderPid() {
  try {
    const pid = Number(readFileSync(FILE, 'utf8'));
    if (pid > 0) return pid;
    return Date.now() - statSync(FILE).mtimeMs < EMPTY_FOR_MS ? process.pid : 0;
  } catch {
    return 0;
  }
}

function isRunning(pid) {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
