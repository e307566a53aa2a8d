/** The cluster (PostgreSQL's word for a data directory): how it is made, and its password. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ServerStartError } from './errors.js';
import { giveTo } from './postgres-place.js';
import type { SystemAccount } from './system-account.js';

const run = promisify(execFile);

export const SUPERUSER = 'vigil';

export interface Cluster {
  /** PostgreSQL's data directory. */
  readonly directory: string;
  readonly password: string;
}

/**
 * Makes the cluster below `home` unless it is there: UTF-8, ids ordered by bytes, a generated password kept in
 * `home/password` for its owner alone. What an interrupted attempt left is made anew.
 */
export async function ensureCluster(
  home: string,
  programs: string,
  account: SystemAccount | null,
): Promise<Cluster> {
  const directory = path.join(home, 'cluster');
  const passwordFile = path.join(home, 'password');
  if (existsSync(path.join(directory, 'PG_VERSION'))) {
    checkVersion(directory, programs);
    return { directory, password: readPassword(passwordFile) };
  }
  const password = randomBytes(12).toString('hex');
  const draft = path.join(home, 'cluster.draft');
  const handed = path.join(home, 'password.draft');
  rmSync(draft, { recursive: true, force: true });
  giveTo(account, draft);
  writeFileSync(handed, password, { mode: 0o600 });
  if (account) chownSync(handed, account.uid, account.gid);
  try {
    await initdb(programs, draft, handed, account);
  } finally {
    rmSync(handed, { force: true });
  }
  // The password first: a cluster without its password could not be opened again.
  writeFileSync(passwordFile, password + '\n', { mode: 0o600 });
  renameSync(draft, directory);
  return { directory, password };
}

async function initdb(
  programs: string,
  directory: string,
  passwordFile: string,
  account: SystemAccount | null,
): Promise<void> {
  const args = [
    `--pgdata=${directory}`,
    '--encoding=UTF8',
    '--locale=C',
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
  ];
  try {
    await run(path.join(programs, 'bin', 'initdb'), args, {
      cwd: directory,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ...(account && { uid: account.uid, gid: account.gid }),
    });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new ServerStartError(`initdb failed in ${directory}: ${message}\n${stdout}${stderr}`);
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ServerStartError(
      `The password of the embedded PostgreSQL cannot be read from ${file}: ${String(error)}`,
    );
  }
}

/** A cluster of another major version does not start; saying so beats the server's log. */
function checkVersion(directory: string, programs: string): void {
  const made = readFileSync(path.join(directory, 'PG_VERSION'), 'utf8').trim();
  const major = programMajor(programs);
  if (major !== null && made !== major) {
    throw new ServerStartError(
      `${directory} was made by PostgreSQL ${made}, and PostgreSQL ${major} is installed. ` +
        'Move the directory away, or install the dependencies of the version that made it.',
    );
  }
}

function programMajor(programs: string): string | null {
  const catalog = path.join(programs, 'share', 'postgresql', 'postgres.bki');
  try {
    return /^# PostgreSQL (\d+)/.exec(readFileSync(catalog, 'utf8').slice(0, 100))?.[1] ?? null;
  } catch {
    return null;
  }
}
