/**
 * Brings a database to the schema in `migrations/`: plain SQL files, each in a transaction of its own, under an
 * advisory lock, so that any number of processes may call it at once.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/** The table in which the applied migrations are listed. */
export const MIGRATIONS_TABLE = 'schema_migration';

export interface MigrationLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const SILENT: MigrationLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Applies what is pending and returns the names that were applied, in order. Throws what PostgreSQL says. */
export async function migrate(databaseUrl: string, log: MigrationLog = SILENT): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const applied = await runner({
      dbClient: client,
      dir: migrationsDirectory(),
      ignorePattern: '(?!\\d{6}_[a-z0-9_]+\\.sql).*',
      migrationsTable: MIGRATIONS_TABLE,
      direction: 'up',
      checkOrder: true,
      singleTransaction: false,
      advisoryLockMode: 'wait',
      logger: { ...log, debug: undefined },
    });
    await grantReader(client, log);
    return applied.map((migration) => migration.name);
  });
}

/** Names of the migrations that `migrate` would apply now. Writes nothing, not even the list of the applied ones. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const done = await appliedMigrations(client);
    return migrationNames().filter((name) => !done.has(name));
  });
}

/** Every migration of this version, in the order of application. */
export function migrationNames(): string[] {
  return readdirSync(migrationsDirectory())
    .filter((file) => /^\d{6}_[a-z0-9_]+\.sql$/.test(file))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

/** The folder `migrations/` of the package that this file belongs to, whether it runs from sources or from `dist/`. */
export function migrationsDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'migrations');
    if (existsSync(join(folder, 'package.json')) && existsSync(candidate)) return candidate;
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`No folder "migrations" beside a package.json above ${fileURLToPath(import.meta.url)}`);
    }
    folder = parent;
  }
}

/** Grants anew at each start: an administrator may have made the role since. Reading rights are no reason not to run. */
async function grantReader(client: pg.Client, log: MigrationLog): Promise<void> {
  try {
    const { rows } = await client.query<{ granted: boolean }>('SELECT vigil_grant_reader() AS granted');
    if (!rows[0].granted) log.warn('The role vigil_reader is missing or may not be granted to; see docs');
  } catch (error) {
    log.warn(`The role vigil_reader was not granted anew: ${(error as Error).message}`);
  }
}

async function appliedMigrations(client: pg.Client): Promise<Set<string>> {
  const table = await client.query<{ found: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS found`, [
    MIGRATIONS_TABLE,
  ]);
  if (!table.rows[0].found) return new Set();
  const names = await client.query<{ name: string }>(`SELECT name FROM ${MIGRATIONS_TABLE}`);
  return new Set(names.rows.map((row) => row.name));
}

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'vigil-migrate',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
