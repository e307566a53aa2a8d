/** `npm start`: runs the stack until it is told to stop. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '#config';
import { DirectoryInUseError, ServerNotFoundError, ServerStartError } from '#embedded';
import { StackDirectory } from './directory/stack-directory.js';
import { StackFailure } from './failure.js';
import { HELP, readOptions, type StackOptions } from './options.js';
import { addressLines, show, type StopShowing } from './show.js';
import { Stack } from './stack.js';
import { StopRequests } from './stop-requests.js';
import { Terminal } from './view/terminal.js';

/** This file is dist/stack/src/main.js. */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const EXIT = { ok: 0, failed: 1, badUsage: 2, forced: 130 } as const;

process.exit(await main());

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2), process.env, ROOT);
    if (options !== 'help') return await run(options);
    console.log(HELP);
    return EXIT.ok;
  } catch (error) {
    if (!isForTheUser(error)) throw error;
    console.error(`\n${(error as Error).message}`);
    return error instanceof ConfigError ? EXIT.badUsage : EXIT.failed;
  }
}

async function run(options: StackOptions): Promise<number> {
  const begun = Date.now();
  const terminal = new Terminal();
  const say = (line: string): void => terminal.line(line);
  const directory = StackDirectory.open(options.dataDir);
  let failure: string | null = null;
  let stopShowing: StopShowing = async () => undefined;
  const requests = new StopRequests();
  const stack = new Stack(options, directory, ROOT, say, (reason) => {
    failure ??= reason;
    requests.request('a service cannot run');
  });
  requests.onForce(() => {
    say('Ending everything at once');
    stack.kill();
    directory.close();
    process.exit(EXIT.forced);
  });
  try {
    const started = stack.start();
    const addresses = await Promise.race([started, requests.requested.then(() => null)]);
    if (addresses === null) {
      // What it was doing is stopped below; how it ends there is no news.
      started.catch(() => undefined);
    } else {
      say(`Vigil is running (started in ${((Date.now() - begun) / 1_000).toFixed(1)} s)`);
      for (const line of addressLines(addresses, options, directory.path)) say(line);
      stopShowing = await show(addresses, options, directory, terminal);
      await requests.requested;
    }
    say(`Stopping (${await requests.requested}) …`);
  } finally {
    await stopShowing();
    await stack.stop();
    directory.close();
  }
  if (failure !== null) throw new StackFailure(failure);
  say(`Vigil has stopped. The data is in ${directory.path}; \`npm start\` goes on from there.`);
  return EXIT.ok;
}

function isForTheUser(error: unknown): boolean {
  return [StackFailure, ConfigError, ServerNotFoundError, ServerStartError, DirectoryInUseError].some(
    (kind) => error instanceof kind,
  );
}
