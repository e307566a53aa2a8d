/**
 * Servers of tests that never got to stop them. Their processes end by themselves when this one does (each has a
 * guard); what is left to do is to remove their directories.
 */
import { removeDirectory } from './temporary-directory.js';

const directories = new Map<string, number>();
let installed = false;

export function watchOver(directory: string, pid: number): void {
  directories.set(directory, pid);
  if (installed) return;
  installed = true;
  process.once('exit', () => {
    for (const [left, server] of directories) {
      kill(server);
      removeDirectory(left);
    }
  });
}

export function letGo(directory: string): void {
  directories.delete(directory);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
