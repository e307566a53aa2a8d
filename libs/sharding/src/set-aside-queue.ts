/**
 * Puts log messages that cannot be folded into the dead letters, in the order of the log, while folding goes on.
 *
 * A replay meets them again. Since they are put in order, the place of the last letter tells which are there
 * already; a letter whose storing was cut off by a death is put by the replay.
 */
import { logPlace } from '#contracts';
import { backoff } from './backoff.js';
import { persist, type Persistence } from './persist.js';
import type { DeadLetterBox, SetAside } from './ports.js';

const REASONS: readonly SetAside['reason'][] = ['bad-frame', 'bad-message', 'engine-error'];

export class SetAsideQueue {
  private readonly waiting: SetAside[] = [];
  private readonly storedUpTo = new Map<string, number>();
  private readonly waiters: { limit: number; resolve: () => void }[] = [];
  private running = false;

  constructor(
    private readonly box: DeadLetterBox,
    private readonly persistence: Persistence,
  ) {}

  get depth(): number {
    return this.waiting.length;
  }

  /** Before anything is folded. */
  async prepare(): Promise<void> {
    for (const reason of REASONS) {
      const last = await persist('Reading the last dead letter', this.persistence, () =>
        this.box.lastPlace(reason),
      );
      this.storedUpTo.set(reason, last ?? -1);
    }
  }

  add(letter: SetAside): void {
    if (logPlace(letter.sequence, letter.index) <= (this.storedUpTo.get(letter.reason) ?? -1)) return;
    this.waiting.push(letter);
    if (!this.running) void this.run();
  }

  /** Resolves when at most `limit` letters wait, or nobody wants them any more. */
  heldAtMost(limit: number): Promise<void> {
    if (this.waiting.length <= limit || this.persistence.stopped()) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ limit, resolve }));
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let failures = 0; this.waiting.length > 0 && !this.persistence.stopped();) {
      if ((await this.box.put(this.waiting[0])) === 'stored') {
        const { reason, sequence, index } = this.waiting.shift()!;
        this.storedUpTo.set(reason, logPlace(sequence, index));
        failures = 0;
        this.releaseWaiters();
      } else {
        await this.persistence.time.sleep(backoff(failures++));
      }
    }
    this.running = false;
    this.releaseWaiters();
  }

  private releaseWaiters(): void {
    const all = this.persistence.stopped();
    for (let i = this.waiters.length - 1; i >= 0; i--) {
      if (all || this.waiting.length <= this.waiters[i].limit) this.waiters.splice(i, 1)[0].resolve();
    }
  }
}
