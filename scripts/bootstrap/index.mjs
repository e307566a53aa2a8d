/**
 * Everything between a fresh clone and a running program: Node.js 24, packages, build. Each part is done only when
 * it is missing or out of date, so a start with nothing to do costs some tens of milliseconds.
 */
import path from 'node:path';
import process from 'node:process';
import { build, isBuilt } from './build.mjs';
import { dependenciesAreInstalled, installDependencies, linkCommand } from './dependencies.mjs';
import { exclusively } from './exclusive.mjs';
import { installToolchain, isInstalled, isRecentEnough, requireToolchain } from './node-toolchain.mjs';
import { toolEnvironment } from './npm.mjs';
import { inRoot } from './paths.mjs';
import { become } from './processes.mjs';
import { Failure, say, step } from './say.mjs';

/** Runs a command's main function on Node.js 24, prepared; a `Failure` is told in its own words. */
export async function launch(main) {
  try {
    await onRecentNode();
    await prepare();
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`\n${error.message}`);
    process.exit(1);
  }
}

/** Runs the present script again on a newer Node.js if this one is too old; returns only if it is not. */
async function onRecentNode() {
  if (isRecentEnough()) return;
  const toolchain = requireToolchain();
  if (!isInstalled(toolchain)) {
    await exclusively(async () => {
      if (isInstalled(toolchain)) return;
      await step(`Fetching Node.js ${toolchain.version} (this is ${process.version}; once, about 10 s)`, () =>
        installToolchain(toolchain),
      );
    });
  }
  const PATH = [toolchain.bin, process.env.PATH].join(path.delimiter);
  await become(toolchain.node, process.argv.slice(1), { ...toolEnvironment(), PATH });
}

async function prepare() {
  if (dependenciesAreInstalled() && isBuilt()) return linkCommand();
  await exclusively(async () => {
    if (!dependenciesAreInstalled()) {
      await step('Installing packages (once, about 20 s)', installDependencies);
    }
    if (!isBuilt()) await step('Building', build);
  });
  linkCommand();
}

/** Runs a module of the build in this process. */
export async function runBuilt(...parts) {
  const { pathToFileURL } = await import('node:url');
  await import(pathToFileURL(inRoot('dist', ...parts)).href);
}
