import type { Time } from '../src/index.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes when a test says so. `settle` lets every promise that can go on do so. */
export class FakeTime implements Time {
  private now = 0;
  private sleepers: Sleeper[] = [];
  /** How often somebody let others go first. */
  yields = 0;

  constructor(private readonly wallStart = 1_700_000_000_000) {}

  wallMs(): number {
    return this.wallStart + this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ until: this.now + ms, wake }));
  }

  async yield(): Promise<void> {
    this.yields += 1;
  }

  get sleeping(): number {
    return this.sleepers.length;
  }

  /** Moves time on, waking sleepers in the order in which they are due. */
  async advance(ms: number): Promise<void> {
    const target = this.now + ms;
    await settle();
    for (;;) {
      const due = this.sleepers.filter(({ until }) => until <= target).sort((a, b) => a.until - b.until)[0];
      if (due === undefined) break;
      this.sleepers = this.sleepers.filter((sleeper) => sleeper !== due);
      this.now = due.until;
      due.wake();
      await settle();
    }
    this.now = target;
  }
}

/** Runs all promise callbacks that are ready, and those that they make ready. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
