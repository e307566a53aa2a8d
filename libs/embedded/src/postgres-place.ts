/**
 * Where the files of the embedded PostgreSQL lie. They lie where they were asked for, unless the account that the
 * server runs as cannot get there (a project below /root, say): then below /var/lib/vigil, with a link to it at
 * the place asked for.
 */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { symlinkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { PostgresProgram } from './postgres-program.js';
import { canEnter, type SystemAccount } from './system-account.js';

const SYSTEM_DIRECTORY = '/var/lib/vigil';

/** Makes `dataDir`, or finds it, as a directory that the account can enter; returns its real path. */
export function placeData(
  dataDir: string,
  account: SystemAccount | null,
  onMessage: (line: string) => void,
): string {
  const asked = path.resolve(dataDir);
  const linked = linkTarget(asked);
  if (linked !== null) {
    mkdirSync(linked, { recursive: true, mode: 0o755 });
    return linked;
  }
  mkdirSync(asked, { recursive: true });
  if (canEnter(account, asked)) return asked;
  const elsewhere = path.join(SYSTEM_DIRECTORY, `postgres-${hashOf(asked)}`);
  mkdirSync(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
  if (existsSync(path.join(asked, 'cluster'))) cpSync(asked, elsewhere, { recursive: true });
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 });
  rmSync(asked, { recursive: true });
  symlinkSync(elsewhere, asked);
  onMessage(
    `PostgreSQL (as user ${account?.name}) cannot reach ${asked}: its data lies in ${elsewhere}, linked from there`,
  );
  return elsewhere;
}

/** The program's directory, or a copy of it that the account can reach. */
export function placeProgram(
  program: PostgresProgram,
  account: SystemAccount | null,
  onMessage: (line: string) => void,
): string {
  if (canEnter(account, path.join(program.directory, 'bin'))) return program.directory;
  const copy = path.join(SYSTEM_DIRECTORY, `postgresql-${program.version}`);
  if (existsSync(copy)) return copy;
  onMessage(`copying PostgreSQL to ${copy}: user ${account?.name} cannot reach ${program.directory}`);
  mkdirSync(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
  // Renamed when whole, so that a copy cut short is never taken for one.
  const draft = `${copy}.${process.pid}`;
  cpSync(program.directory, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, copy);
  } catch {
    // Another start made it at the same time.
    rmSync(draft, { recursive: true, force: true });
  }
  return copy;
}

/** Removes the data of a stopped server, also where it lies elsewhere. */
export function removePostgresData(dataDir: string): void {
  const asked = path.resolve(dataDir);
  const linked = linkTarget(asked);
  if (linked !== null && path.dirname(linked) === SYSTEM_DIRECTORY)
    rmSync(linked, { recursive: true, force: true });
  rmSync(asked, { recursive: true, force: true });
}

/** Gives a directory to the account, for itself alone: PostgreSQL insists on it. */
export function giveTo(account: SystemAccount | null, directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (account) chownSync(directory, account.uid, account.gid);
}

function linkTarget(file: string): string | null {
  try {
    return lstatSync(file).isSymbolicLink() ? path.resolve(path.dirname(file), readlinkSync(file)) : null;
  } catch {
    return null;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
