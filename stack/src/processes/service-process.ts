/** One of Vigil's services as a child process: it cannot outlive this process, and its log is kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guardProcess, type ExitStatus } from '#embedded';
import type { RunningProcess } from './kept-process.js';

export interface ServiceCommand {
  /** The built entry file. */
  readonly entry: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Gets all that the service prints. */
  readonly onOutput: (chunk: Buffer) => void;
}

/** Longer than a service gives itself to finish what is in flight. */
const STOP_TIMEOUT_MS = 30_000;

export async function launchService(command: ServiceCommand): Promise<RunningProcess> {
  const child = spawn(process.execPath, [command.entry], {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a session of its own: Ctrl-C in the terminal is for us, who stop the services in order.
    detached: true,
  });
  child.stdout.on('data', command.onOutput);
  child.stderr.on('data', command.onOutput);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
  const guard = guardProcess(child.pid!, 'SIGTERM');
  void exited.then(() => guard.release());
  return { pid: child.pid!, exited, kill: (signal) => void child.kill(signal), stop };

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    // A stopped (SIGSTOP) process takes no other signal until it is continued.
    child.kill('SIGCONT');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(force);
  }
}

/** The environment of a service: ours, without what npm and Node.js were told about this process alone. */
export function serviceEnvironment(
  own: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^npm_/i.test(name) && name !== 'NODE_OPTIONS');
  const options = env.VIGIL_NODE_OPTIONS ? { NODE_OPTIONS: env.VIGIL_NODE_OPTIONS } : {};
  return { ...Object.fromEntries(kept), ...options, ...own };
}
