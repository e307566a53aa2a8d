/** Removes from `INTAKE` what the log covers: at most once an interval, and never more than is covered. */

export class IntakeCleaner {
  private coveredTo = 0;
  private purgedTo = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly purge: (upToSequence: number) => Promise<void>,
    private readonly intervalMs: number,
  ) {}

  /** Everything up to that sequence is in the log. */
  covered(sequence: number): void {
    this.coveredTo = Math.max(this.coveredTo, sequence);
    if (this.timer === null && this.coveredTo > this.purgedTo) this.schedule();
  }

  /** Cleans a last time. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.clean();
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.clean().then(() => {
        this.timer = null;
        if (this.coveredTo > this.purgedTo) this.schedule();
      });
    }, this.intervalMs).unref();
  }

  /** A failed removal is made up for by a later one. */
  private async clean(): Promise<void> {
    const upTo = this.coveredTo;
    if (upTo <= this.purgedTo) return;
    await this.purge(upTo).then(
      () => (this.purgedTo = upTo),
      () => undefined,
    );
  }
}
