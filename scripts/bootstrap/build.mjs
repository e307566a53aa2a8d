/** The build: done again whenever a source file or a setting of the compiler is not the one that was built. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runToEnd } from './processes.mjs';
import { toolEnvironment } from './npm.mjs';
import { inRoot, ROOT } from './paths.mjs';
import { Failure, tail } from './say.mjs';

const SOURCE_FOLDERS = ['libs', 'services', 'cli', 'stack', 'bench'];
const SETTINGS = ['.swcrc', 'nest-cli.json', 'package.json'];
const STAMP = inRoot('dist', '.built');

/** A text that changes with any source: names, sizes and times of the files. */
export function fingerprint() {
  const hash = createHash('sha256');
  const add = (file) => {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(ROOT, file)} ${size} ${mtimeMs}\n`);
  };
  for (const name of SETTINGS) add(inRoot(name));
  for (const folder of SOURCE_FOLDERS) sourcesIn(inRoot(folder)).forEach(add);
  return hash.digest('hex');
}

export function isBuilt(print = fingerprint()) {
  try {
    return readFileSync(STAMP, 'utf8') === print;
  } catch {
    return false;
  }
}

export async function build() {
  // Taken before the build: a file changed meanwhile is built again next time.
  const print = fingerprint();
  const nest = inRoot('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const result = await runToEnd(process.execPath, [nest, 'build'], { cwd: ROOT, env: toolEnvironment() });
  if (result.code !== 0) throw new Failure(`The build failed:\n${tail(result.output, 40)}`);
  mkdirSync(inRoot('dist'), { recursive: true });
  writeFileSync(`${STAMP}.${process.pid}`, print);
  renameSync(`${STAMP}.${process.pid}`, STAMP);
}

function sourcesIn(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|sql|json)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
