/** One run of Jest over the tests of one kind. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { toolEnvironment } from '../bootstrap/npm.mjs';
import { inRoot, ROOT } from '../bootstrap/paths.mjs';
import { outcomeOf } from './outcome.mjs';

/** End-to-end tests measure and kill whole systems: one at a time. The others share the machine's cores. */
const WORKERS = { unit: ['--maxWorkers=2'], integration: ['--maxWorkers=2'], e2e: ['--runInBand'] };
const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

/** Returns what `outcomeOf` does; a Jest that ended without a report counts as one failure. */
export async function runJest(kind, args, env) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vigil-test-'));
  const reportFile = path.join(folder, 'report.json');
  const jest = inRoot('node_modules', 'jest', 'bin', 'jest.js');
  const own = [
    '--selectProjects',
    kind,
    '--passWithNoTests',
    '--json',
    '--outputFile',
    reportFile,
    ...WORKERS[kind],
  ];
  try {
    const ended = await inheritingRun(process.execPath, [jest, ...args, ...own], {
      ...toolEnvironment(env),
      NODE_OPTIONS,
      PATH: [path.dirname(process.execPath), env.PATH].join(path.delimiter),
    });
    const report = readReport(reportFile);
    if (report !== null) return outcomeOf(report);
    return {
      passed: 0,
      failed: 1,
      skipped: [],
      broken: [`Jest (${kind}) ended with ${ended} and no report`],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Jest prints its JSON on standard output too, when told `--json`; only what it says on standard error is shown. */
function inheritingRun(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['inherit', 'ignore', 'inherit'] });
    const relay = (signal) => child.kill(signal);
    process.on('SIGINT', relay);
    process.on('SIGTERM', relay);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.removeListener('SIGINT', relay);
      process.removeListener('SIGTERM', relay);
      if (signal === 'SIGINT' || code === 130) process.exitCode = 130;
      resolve(code ?? signal);
    });
  });
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
