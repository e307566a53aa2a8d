/** Failures of the log, classed by what they call for. Expected races are return values elsewhere, not these. */

/** Give up: the streams on the server are not the ones that this process is set up for. A person has to decide. */
export class LogMismatchError extends Error {
  override readonly name = 'LogMismatchError';
}

/**
 * Give up: the messages asked for are not in the stream any more, or never were. Going on would skip what was
 * trimmed, or wait in silence for what will never be.
 */
export class LogPositionError extends Error {
  override readonly name = 'LogPositionError';

  constructor(
    readonly stream: string,
    /** The sequence that should have come next. */
    readonly next: number,
    /** What the stream holds; `last` is `first - 1` when it is empty. */
    readonly held: { readonly first: number; readonly last: number },
    problem: string,
  ) {
    super(`${stream}: cannot read from ${next}, the stream holds ${held.first} to ${held.last}: ${problem}`);
  }
}

/** Try again: the server does not answer, or says that it cannot now. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}
