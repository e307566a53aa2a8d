/** `vigil …`. */
import { CommanderError, type Command } from 'commander';
import { CliFailure, EXIT } from './failure.js';
import { endQuietlyOnClosedPipe, note } from './output/out.js';
import { createProgram } from './program.js';

endQuietlyOnClosedPipe();
process.exit(await main());

async function main(): Promise<number> {
  const aborter = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second one does not wait for an orderly end.
      if (aborter.signal.aborted) process.exit(EXIT.interrupted);
      aborter.abort();
    });
  }
  let exitCode: number = EXIT.ok;
  const program = createProgram({ signal: aborter.signal, setExit: (code) => (exitCode = code) });
  exitByException(program);
  try {
    await program.parseAsync();
    return exitCode;
  } catch (error) {
    if (aborter.signal.aborted) return EXIT.interrupted;
    // Commander has said what it has to say; help is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliFailure)) throw error;
    note(error.message);
    return error.exitCode;
  }
}

/** Commander would end the process with its own codes. */
function exitByException(command: Command): void {
  command.exitOverride();
  command.commands.forEach(exitByException);
}
