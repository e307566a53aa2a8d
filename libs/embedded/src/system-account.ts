/**
 * PostgreSQL refuses to run as root. Started by root, it runs as an account without rights instead: an existing
 * `postgres`, else one of its own, made once. It must be a named account: initdb looks its name up.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ServerStartError } from './errors.js';

export interface SystemAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const OWN_NAME = 'vigil-postgres';

/**
 * The account that the server runs as; `null` means the present one, which is not root. An existing cluster decides
 * it: PostgreSQL runs on its own files only.
 */
export function serverAccount(
  owner: { uid: number; gid: number } | null,
  onMessage: (line: string) => void,
): SystemAccount | null {
  const self = process.getuid?.();
  if (self === undefined) return null;
  if (self !== 0) {
    if (owner === null || owner.uid === self) return null;
    throw new ServerStartError(
      `The data of the embedded PostgreSQL belongs to user ${owner.uid}, and this process runs as user ${self}. ` +
        'Start it as the user who started it first (or as root), or use another directory.',
    );
  }
  if (owner !== null && owner.uid !== 0) return { name: nameOf(owner.uid), ...owner };
  const known = accountNamed('postgres') ?? accountNamed(OWN_NAME);
  if (known) return known;
  const made = makeAccount();
  if (made) onMessage(`made the system account ${OWN_NAME}: PostgreSQL refuses to run as root`);
  const account = made ?? accountNamed('nobody');
  if (account) return account;
  throw new ServerStartError(
    'PostgreSQL refuses to run as root, and there is no other account to run it as: ' +
      `add a system account named ${OWN_NAME} or postgres, or start as an ordinary user.`,
  );
}

/** Whether that account could change into the directory: asked of the system itself, as the account. */
export function canEnter(account: SystemAccount | null, directory: string): boolean {
  return ask(account, 'cd -- "$1"', directory);
}

/** Whether that account could run the file. */
export function canRun(account: SystemAccount | null, file: string): boolean {
  return ask(account, 'test -r "$1" && test -x "$1"', file);
}

function ask(account: SystemAccount | null, question: string, file: string): boolean {
  const result = spawnSync('/bin/sh', ['-c', question, 'sh', file], {
    cwd: '/',
    stdio: 'ignore',
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  return result.status === 0;
}

function makeAccount(): SystemAccount | null {
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', OWN_NAME]],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', OWN_NAME]],
  ];
  for (const [program, args] of attempts) {
    try {
      execFileSync(program, args, { stdio: 'ignore' });
    } catch {
      continue;
    }
    const account = accountNamed(OWN_NAME);
    if (account) return account;
  }
  return null;
}

function accountNamed(name: string): SystemAccount | null {
  const fields = passwdLines().find((line) => line[0] === name);
  if (!fields) return null;
  const uid = Number(fields[2]);
  const gid = Number(fields[3]);
  return Number.isInteger(uid) && uid !== 0 && Number.isInteger(gid) ? { name, uid, gid } : null;
}

function nameOf(uid: number): string {
  return passwdLines().find((line) => line[2] === String(uid))?.[0] ?? String(uid);
}

function passwdLines(): string[][] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
}
