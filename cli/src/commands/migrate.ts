/** `vigil migrate`: brings a database to the schema of this version. */
import { migrate, pendingMigrations } from '#postgres';
import { addressOf } from '../addresses.js';
import { CliFailure, EXIT, unreachable } from '../failure.js';
import { note, print, printJson } from '../output/out.js';

export interface MigrateOptions {
  readonly database?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function migrateDatabase(options: MigrateOptions): Promise<void> {
  const url = addressOf('postgres', options.database);
  const names = await explained(() =>
    options.dryRun
      ? pendingMigrations(url)
      : migrate(url, { info: () => undefined, warn: note, error: note }),
  );
  if (options.json) return printJson(options.dryRun ? { pending: names } : { applied: names });
  for (const name of names) await print(`${options.dryRun ? 'pending' : 'applied'}  ${name}`);
  if (names.length === 0) await print('The database is up to date.');
}

/** PostgreSQL's own words, under the exit code that tells whether it was reached. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const reached = /^[0-9A-Z]{5}$/.test(code ?? '') && !code!.startsWith('08') && !code!.startsWith('E');
    if (reached) throw new CliFailure(`PostgreSQL refuses: ${message} (${code})`, EXIT.notAll);
    throw unreachable(`PostgreSQL cannot be reached: ${message || code}`);
  }
}
