/**
 * The ways in which the user says stop: Ctrl-C, a signal, a closed terminal.
 * The first asks for an orderly end, the next for an end at once.
 */

/** One Ctrl-C reaches us twice, from the terminal and passed on by npm; a person takes longer for the second. */
const SAME_REQUEST_MS = 700;

export class StopRequests {
  /** Resolves with why, at the first request. */
  readonly requested: Promise<string>;
  private resolve!: (why: string) => void;
  private requestedAt = 0;
  private force: () => void = () => undefined;

  constructor() {
    this.requested = new Promise((resolve) => (this.resolve = resolve));
    process.on('SIGINT', () => this.signalled('Ctrl-C'));
    process.on('SIGTERM', () => this.signalled('SIGTERM'));
    process.on('SIGHUP', () => this.signalled('the terminal was closed'));
  }

  onForce(force: () => void): void {
    this.force = force;
  }

  request(why: string): void {
    if (this.requestedAt !== 0) return;
    this.requestedAt = Date.now();
    this.resolve(why);
  }

  private signalled(why: string): void {
    if (this.requestedAt === 0) return this.request(why);
    if (Date.now() - this.requestedAt > SAME_REQUEST_MS) this.force();
  }
}
