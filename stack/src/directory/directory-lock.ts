/** One stack a data directory: a file names the process that holds it, for as long as that very process lives. */
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isSameProcess, type ProcessId } from '#embedded';
import { StackFailure } from '../failure.js';
import { readJson } from './atomic-json.js';

export class DirectoryLock {
  private constructor(private readonly file: string) {}

  /** Throws `StackFailure` when another process holds it; takes it over from one that is gone. */
  static take(file: string, directory: string): DirectoryLock {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(identify(process.pid)));
    try {
      for (;;) {
        if (linked(draft, file)) return new DirectoryLock(file);
        const holder = readJson(file) as ProcessId | null;
        if (holder !== null && isSameProcess(holder)) throw new StackFailure(inUse(holder.pid, directory));
        rmSync(file, { force: true });
      }
    } finally {
      rmSync(draft, { force: true });
    }
  }

  release(): void {
    rmSync(this.file, { force: true });
  }
}

/** A link, unlike a rename, fails when the name is taken: of two that try, one succeeds, with its content whole. */
function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function inUse(pid: number, directory: string): string {
  return (
    `Vigil already runs here (process ${pid}, data in ${directory}).\n` +
    `Its addresses are in stack.json there; \`npx vigil status\` shows how it is.\n` +
    `Stop it with Ctrl-C in its terminal or with \`kill ${pid}\`, or set VIGIL_DATA_DIR to run a second one beside it.`
  );
}
