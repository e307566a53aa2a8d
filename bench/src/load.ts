import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load-process.js';

export interface RunningLoad {
  readonly pid: number;
  readonly result: Promise<LoadResult>;
}

/** Starts the load in a process of its own. */
export function startLoad(order: LoadOrder): RunningLoad {
  const child = fork(fileURLToPath(new URL('./load-process.js', import.meta.url)));
  child.send(order);
  const result = Promise.race([
    once(child, 'message').then(([message]) => message as LoadResult),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the load process ended with ${code} before its result`);
    }),
  ]);
  return { pid: child.pid ?? 0, result };
}
