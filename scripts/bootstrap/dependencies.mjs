/** The packages of package-lock.json: whether what is installed is what is asked for, and installing it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { npm } from './npm.mjs';
import { inRoot } from './paths.mjs';

/** npm writes this file last, so an interrupted installation has none. */
const INSTALLED = inRoot('node_modules', '.package-lock.json');

/** Whether each package of the lock file is there in its version; optional ones only count if named by the project. */
export function dependenciesAreInstalled() {
  const installed = readJson(INSTALLED)?.packages;
  if (installed === undefined) return false;
  const { packages } = readJson(inRoot('package-lock.json'));
  const direct = new Set(
    Object.keys(packages[''].optionalDependencies ?? {}).map((name) => `node_modules/${name}`),
  );
  return Object.entries(packages).every(([place, wanted]) => {
    if (place === '' || wanted.link) return true;
    if (wanted.optional && !(direct.has(place) && suitsThisMachine(wanted))) return true;
    return installed[place]?.version === wanted.version && existsSync(inRoot(place));
  });
}

export async function installDependencies() {
  const options = { cwd: inRoot(), purpose: 'Installing the packages of package-lock.json' };
  const wanted = ['--include=dev', '--include=optional'];
  try {
    await npm(['ci', ...wanted], options);
  } catch (error) {
    // `npm ci` refuses a lock file that lacks an optional package of some other platform; `npm install` takes the
    // versions of the same lock file and is content.
    if (!/package-lock\.json.* in sync/.test(error.output ?? '')) throw error;
    await npm(['install', '--no-save', ...wanted], options);
  }
}

/** Makes `npx vigil` find the command within the project, without asking a registry. */
export function linkCommand() {
  if (process.platform === 'win32' || existsSync(inRoot('node_modules', '.bin', 'vigil'))) return;
  try {
    chmodSync(inRoot('scripts', 'vigil.mjs'), 0o755);
    mkdirSync(inRoot('node_modules', '.bin'), { recursive: true });
    rmSync(inRoot('node_modules', '.bin', 'vigil'), { force: true });
    symlinkSync('../../scripts/vigil.mjs', inRoot('node_modules', '.bin', 'vigil'));
  } catch {
    // `node scripts/vigil.mjs` works all the same.
  }
}

function suitsThisMachine({ os, cpu }) {
  return (
    (os === undefined || os.includes(process.platform)) && (cpu === undefined || cpu.includes(process.arch))
  );
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
