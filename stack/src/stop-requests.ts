/**
 * The ways in which the user says stop: Ctrl-C, a signal, a closed terminal, the end of the npm that started us.
 * The first asks for an orderly end, the next for an end at once.
 */

/** One Ctrl-C reaches us twice, from the terminal and passed on by npm; a person takes longer for the second. */
const SAME_REQUEST_MS = 700;
const PARENT_CHECK_MS = 1_000;

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
    if (process.env.npm_lifecycle_event !== undefined) this.watchParent();
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

  /** An npm that is killed outright cannot pass the signal on, and nobody would know of us any more. */
  private watchParent(): void {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      this.request('the npm that started it is gone');
    }, PARENT_CHECK_MS);
    timer.unref();
  }
}
