/** npm as a tool of these scripts: found, run without what an outer npm left in the environment, and explained. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runToEnd } from './processes.mjs';
import { Failure, quoted } from './say.mjs';

/**
 * Settings of the npm that runs us which must not steer the npm that we run: they concern its command line
 * (where to install, what to leave out), not how to reach the registry.
 */
const NOT_INHERITED = new Set(
  (
    'prefix local_prefix global global_prefix location workspace workspaces include omit only production dev optional ' +
    'dry_run package_lock package_lock_only save ignore_scripts install_strategy install_links json silent loglevel ' +
    'yes call package force before'
  ).split(' '),
);

/** The environment for tools: without Node.js options meant for another version, or npm's own leftovers. */
export function toolEnvironment(env = process.env) {
  const clean = { ...env };
  for (const name of Object.keys(clean)) {
    const setting = /^npm_config_(.*)$/i.exec(name)?.[1].toLowerCase().replaceAll('-', '_');
    if (setting !== undefined && NOT_INHERITED.has(setting)) delete clean[name];
  }
  // NODE_ENV=production would leave out what is needed to build and to test.
  for (const name of ['NODE_OPTIONS', 'NODE_ENV', 'NODE_PATH', 'INIT_CWD']) delete clean[name];
  return clean;
}

/** Runs npm in a folder. Throws a `Failure` that quotes npm and says what to do. */
export async function npm(args, { cwd, purpose }) {
  const { program, first } = npmCommand();
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--ignore-scripts'];
  let result;
  try {
    result = await runToEnd(program, [...first, ...args, ...quiet], { cwd, env: toolEnvironment() });
  } catch (error) {
    throw new Failure(`${purpose} needs npm, which could not be run: ${error.message}`);
  }
  if (result.code === 0) return;
  const failure = new Failure(
    `${purpose} failed. npm says:\n${quoted(meaningful(result.output))}\n` +
      `${advice(result.output)} Then run the same command again: it goes on from here.`,
  );
  failure.output = result.output;
  throw failure;
}

/** The npm that started us if it was one; else npm beside this Node.js; else the one on the PATH. */
function npmCommand() {
  const outer = process.env.npm_execpath;
  if (outer && /npm-cli\.[cm]?js$/.test(outer) && existsSync(outer)) {
    return { program: process.execPath, first: [outer] };
  }
  const prefix = path.dirname(path.dirname(process.execPath));
  const beside = path.join(prefix, 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return { program: process.execPath, first: [beside] };
  return { program: 'npm', first: [] };
}

/** npm's own words without empty lines, usage and the name of its log. */
function meaningful(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, ''));
  const usage = lines.findIndex((line) => /^(Clean install a project|Install a package|Usage:)/.test(line));
  const kept = lines.slice(0, usage === -1 ? lines.length : usage);
  return kept.filter((line) => line.trim() !== '' && !/complete log of this run/.test(line)).join('\n');
}

function advice(output) {
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(
      output,
    )
  ) {
    return 'The npm registry cannot be reached: check the network, the proxy, and `npm config get registry`.';
  }
  if (/ENOSPC/.test(output)) return 'The disk is full: make room.';
  if (/EACCES|EPERM|EROFS/.test(output))
    return 'This user may not write there: check who owns the project folder.';
  if (/EINTEGRITY/.test(output))
    return 'A download does not match its checksum: run `npm cache clean --force`.';
  return 'Look at what npm says above.';
}
