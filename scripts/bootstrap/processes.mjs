/** Child processes of the scripts: one kind that is run to its end, one that takes this process's place. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How often it is looked whether the process that started this one is still there. */
const PARENT_CHECK_MS = 1_000;

/** Runs a program to its end and keeps what it prints. Resolves with `{ code, signal, output }`. */
export function runToEnd(program, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    const keep = (chunk) => chunks.push(chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const relay = (signal) => {
      child.kill(signal);
      process.exitCode = exitCodeOf(null, signal);
    };
    for (const signal of STOP_SIGNALS) process.once(signal, relay);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const name of STOP_SIGNALS) process.removeListener(name, relay);
      if (process.exitCode > 128) process.exit(process.exitCode);
      resolve({ code, signal, output: Buffer.concat(chunks).toString() });
    });
  });
}

/**
 * Lets a child take this process's place: it has our input and output, gets our signals, and its exit code becomes
 * ours. Never resolves.
 */
export function become(program, args, env) {
  return new Promise((_, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    for (const signal of STOP_SIGNALS) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.exit(exitCodeOf(code, signal));
    });
  });
}

/**
 * Calls back once if the process that started this one ends. npm starts scripts through a shell; then it is npm that
 * is watched. The timer does not keep the process alive.
 */
export function onParentGone(callback) {
  const parent = process.ppid;
  const throughShell = /^\S*sh -c /.test(commandOf(parent));
  const grandparent = throughShell ? parentOf(parent) : null;
  const timer = setInterval(() => {
    if (process.ppid === parent && (grandparent === null || parentOf(parent) === grandparent)) return;
    clearInterval(timer);
    callback();
  }, PARENT_CHECK_MS);
  timer.unref();
  return timer;
}

/** Linux only; elsewhere `null`, which is the same at every look. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** As a shell counts: 128 and the number of the signal that ended it. */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (os.constants.signals[signal] ?? 0);
}
