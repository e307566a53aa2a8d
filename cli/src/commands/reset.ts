/** `vigil reset`: removes the data of the embedded NATS and PostgreSQL, so that the next start begins anew. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isSameProcess, removePostgresData, type ProcessId } from '#embedded';
import { dataDirectory } from '../addresses.js';
import { CliFailure, EXIT, usage } from '../failure.js';
import { note, print, printJson } from '../output/out.js';

export interface ResetOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Returns the exit code. */
export async function reset(options: ResetOptions): Promise<number> {
  const directory = dataDirectory();
  refuseWhileRunning(directory);
  if (!existsSync(directory)) return done(directory, false, options);
  if (!options.yes && !(await confirmed(directory))) {
    note('Nothing was removed.');
    return EXIT.notAll;
  }
  for (const external of ['NATS_URL', 'DATABASE_URL']) {
    if (process.env[external]) note(`${external} is set: what is on that server stays`);
  }
  removePostgresData(path.join(directory, 'postgres'));
  rmSync(path.join(directory, 'nats'), { recursive: true, force: true });
  for (const file of ['demo.json', 'services.json', 'stack.json', 'supervisor.json']) {
    rmSync(path.join(directory, file), { force: true });
  }
  rmSync(path.join(directory, 'logs'), { recursive: true, force: true });
  return done(directory, true, options);
}

/** The stack's supervisor names itself in `supervisor.json`. */
function refuseWhileRunning(directory: string): void {
  let holder: ProcessId | null = null;
  try {
    holder = JSON.parse(readFileSync(path.join(directory, 'supervisor.json'), 'utf8')) as ProcessId;
  } catch {
    // No stack was started here, or it was stopped.
  }
  if (holder === null || !isSameProcess(holder)) return;
  throw new CliFailure(
    `Vigil is running (process ${holder.pid}). Stop it first, with Ctrl-C in its terminal or \`kill ${holder.pid}\`.`,
    EXIT.notAll,
  );
}

async function confirmed(directory: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw usage('There is no terminal to ask on: say --yes to remove the data.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Remove all events, alerts and rows in ${directory}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function done(directory: string, removed: boolean, { json }: ResetOptions): Promise<number> {
  if (json) await printJson({ directory, removed });
  else await print(removed ? `Removed the data in ${directory}.` : `There is no data in ${directory}.`);
  return EXIT.ok;
}
