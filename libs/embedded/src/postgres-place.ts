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
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { ServerStartError } from './errors.js';
import type { PostgresProgram } from './postgres-program.js';
import { canEnter, canRun, type SystemAccount } from './system-account.js';

const SYSTEM_DIRECTORY = '/var/lib/vigil';

/** Who owns the cluster below `dataDir`: the server must run as that user. `null` if there is none yet. */
export function clusterOwner(dataDir: string): { uid: number; gid: number } | null {
  try {
    const { uid, gid } = statSync(path.join(dataDir, 'cluster'));
    return { uid, gid };
  } catch {
    return null;
  }
}

/** Makes `dataDir`, or finds it, as a directory that the account can enter; returns its real path. */
export function placeData(
  dataDir: string,
  account: SystemAccount | null,
  onMessage: (line: string) => void,
): string {
  const asked = path.resolve(dataDir);
  const linked = linkTarget(asked);
  if (linked !== null) {
    makeOpen(linked);
    return linked;
  }
  mkdirSync(asked, { recursive: true });
  if (canEnter(account, asked)) return asked;
  // A name that was never used: an earlier project at the same path may have left its data.
  makeOpen(SYSTEM_DIRECTORY);
  const elsewhere = mkdtempSync(path.join(SYSTEM_DIRECTORY, 'postgres-'));
  makeOpen(elsewhere);
  replaceByLink(asked, elsewhere);
  onMessage(
    `PostgreSQL (as user ${account?.name}) cannot reach ${asked}: its data lies in ${elsewhere}, linked from there`,
  );
  return elsewhere;
}

function replaceByLink(directory: string, target: string): void {
  try {
    rmdirSync(directory);
    symlinkSync(target, directory);
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw new ServerStartError(
      `PostgreSQL cannot reach ${directory}, and it cannot be made a link to a place that it can: ${String(error)}`,
    );
  }
}

/** A directory that others can pass through, whatever the umask. */
function makeOpen(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
}

/** The program's directory, or a copy of it that the account can reach. */
export function placeProgram(
  program: PostgresProgram,
  account: SystemAccount | null,
  onMessage: (line: string) => void,
): string {
  if (canUseProgram(account, program.directory)) return program.directory;
  const copy = path.join(SYSTEM_DIRECTORY, `postgresql-${program.version}`);
  if (canUseProgram(account, copy)) return copy;
  onMessage(`copying PostgreSQL to ${copy}: user ${account?.name} cannot reach ${program.directory}`);
  makeOpen(SYSTEM_DIRECTORY);
  // Renamed when whole, so that a copy cut short is never taken for one.
  const draft = `${copy}.${process.pid}`;
  cpSync(program.directory, draft, { recursive: true, verbatimSymlinks: true });
  openTree(draft);
  rmSync(copy, { recursive: true, force: true });
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another start may have made it at the same time.
    if (!canUseProgram(account, copy)) throw error;
  }
  return copy;
}

function canUseProgram(account: SystemAccount | null, directory: string): boolean {
  return (
    existsSync(directory) &&
    canRun(account, path.join(directory, 'bin', 'initdb')) &&
    canEnter(account, path.join(directory, 'share', 'postgresql')) &&
    canEnter(account, path.join(directory, 'lib'))
  );
}

/** What everybody may read and run, whatever the umask under which it was installed. */
function openTree(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) openTree(file);
    else if (entry.isFile()) chmodSync(file, (statSync(file).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
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
