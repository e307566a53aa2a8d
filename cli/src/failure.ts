/** Ends of a command, as scripts tell them apart. */
export const EXIT = {
  ok: 0,
  /** It ran, and not all is well: events were refused, a service is not ready. */
  notAll: 1,
  /** The command line or a setting is wrong. */
  usage: 2,
  /** Vigil, NATS or PostgreSQL cannot be reached. */
  unreachable: 3,
  /** Ended by Ctrl-C before it was done. */
  interrupted: 130,
} as const;

/** A failure whose message is all that the user needs. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

export const usage = (message: string): CliFailure => new CliFailure(message, EXIT.usage);
export const unreachable = (message: string): CliFailure => new CliFailure(message, EXIT.unreachable);
