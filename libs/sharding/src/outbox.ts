/**
 * The way of one shard's decisions into one output stream.
 *
 * Owns: what waits, what is in flight, and the claim that fences it. The shard owns the decisions and what a
 * lost claim means; the stream's adapter owns the wire.
 *
 * Invariants:
 * 1. A message leaves the outbox only when it is known to be stored, or when the outbox is closed.
 * 2. Of one key (an alert) at most one message is in flight, and they are stored in the order of `enqueue`.
 * 3. A message whose outcome is unknown is sent again under the same id only within half of the deduplication
 *    window of the first such attempt. After that, and whenever the claim seems lost, nothing is repeated blindly:
 *    every attempt is awaited, the stream is claimed again (which makes the server refuse whatever of the old
 *    attempts is still on its way), what is stored is read back, and only what is missing is sent.
 *    The claim seems lost when the server says so, and when a message is a duplicate that was never sent from here:
 *    servers look for duplicates before they look at the fence, so this may be all that a former owner ever sees.
 * 4. A closed outbox sends nothing and holds nothing.
 *
 * Modes: `sending`; `verifying` (entered by invariant 3, nothing new is sent meanwhile, messages go on being taken
 * in; left when what is stored is known); `closed` (for good).
 */
import { backoff } from './backoff.js';
import type { OutgoingMessage, OutputStream, PublishOutcome, Tenure, Time } from './ports.js';

export interface Outgoing extends OutgoingMessage {
  /** Messages of one key keep their order. */
  readonly key: string;
  /** Log time of the decision, epoch milliseconds. */
  readonly loggedAt: number;
}

export interface OutboxSettings {
  /** On a replicated stream only one message per fence may be in flight. */
  readonly maxInFlight: number;
  readonly dedupWindowMs: number;
}

export const DEFAULT_OUTBOX_SETTINGS: OutboxSettings = { maxInFlight: 32, dedupWindowMs: 120_000 };

/** What an outbox tells its shard. */
export interface OutboxOwner {
  stored(message: Outgoing): void;
  /** An attempt that did not succeed; the outbox deals with it. */
  attemptFailed(kind: Exclude<PublishOutcome['kind'], 'stored'>, message: string): void;
  /** Another owner has claimed the output. The outbox is closed already. */
  fenced(holder: Tenure): void;
}

/** The claim under which the outbox writes. */
export interface Fence {
  readonly shard: number;
  readonly tenure: Tenure;
  readonly claimSequence: number;
}

interface Entry {
  readonly message: Outgoing;
  readonly order: number;
  /** Everything stored up to this sequence was known before the first attempt. */
  sentAfter: number | null;
  /** When the first attempt of unknown outcome began; null when none did. */
  uncertainSince: number | null;
}

type Mode = 'sending' | 'verifying' | 'closed';
type Verdict = 'stored' | 'stored-by-another' | 'suspect' | 'closed';

export class Outbox {
  private mode: Mode = 'sending';
  private readonly ready: Entry[] = [];
  /** For each key that is ready or in flight, what waits behind it. */
  private readonly behind = new Map<string, Entry[]>();
  private suspects: Entry[] = [];
  private waiters: { limit: number; resolve: () => void }[] = [];
  private held = 0;
  private inFlight = 0;
  private nextOrder = 0;
  private claimSequence: number;
  private highestKnown: number;
  /** Verifications since the last message was stored: they pause longer each time, so that no fault makes them spin. */
  private fruitless = 0;

  constructor(
    private readonly stream: OutputStream,
    private readonly fence: Fence,
    private readonly owner: OutboxOwner,
    private readonly time: Time,
    private readonly settings: OutboxSettings = DEFAULT_OUTBOX_SETTINGS,
  ) {
    this.claimSequence = fence.claimSequence;
    this.highestKnown = fence.claimSequence;
  }

  /** Messages that wait or are in flight. */
  get depth(): number {
    return this.held;
  }

  enqueue(message: Outgoing): void {
    if (this.mode === 'closed') return;
    const entry: Entry = { message, order: this.nextOrder++, sentAfter: null, uncertainSince: null };
    this.held += 1;
    const chain = this.behind.get(message.key);
    if (chain !== undefined) {
      chain.push(entry);
      return;
    }
    this.behind.set(message.key, []);
    this.ready.push(entry);
    this.pump();
  }

  /** Resolves when at most `limit` messages are held, or the outbox is closed. */
  heldAtMost(limit: number): Promise<void> {
    if (this.held <= limit) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ limit, resolve }));
  }

  /** Invariant 4. What is in flight may still be stored, but nobody waits for it. */
  close(): void {
    this.mode = 'closed';
    this.ready.length = 0;
    this.suspects = [];
    this.behind.clear();
    this.held = 0;
    this.releaseWaiters();
  }

  private pump(): void {
    while (this.mode === 'sending' && this.inFlight < this.settings.maxInFlight) {
      const entry = this.ready.shift();
      if (entry === undefined) return;
      void this.deliver(entry);
    }
  }

  private async deliver(entry: Entry): Promise<void> {
    this.inFlight += 1;
    const verdict = await this.attemptUntilKnown(entry);
    this.inFlight -= 1;
    if (this.isClosed()) return;
    if (verdict === 'suspect') this.suspects.push(entry);
    if (verdict === 'suspect' || verdict === 'stored-by-another') this.mode = 'verifying';
    if (this.mode === 'sending') this.pump();
    else if (this.inFlight === 0) await this.verify();
  }

  private async attemptUntilKnown(entry: Entry): Promise<Verdict> {
    for (let attempt = 0; ; attempt++) {
      const startedAt = this.time.monotonicMs();
      entry.sentAfter ??= this.highestKnown;
      const outcome = await this.publish(entry.message);
      if (this.isClosed()) return 'closed';
      if (outcome.kind === 'stored') {
        const byAnother = outcome.duplicate && entry.uncertainSince === null;
        this.finish(entry, outcome.sequence);
        return byAnother ? 'stored-by-another' : 'stored';
      }
      this.owner.attemptFailed(outcome.kind, outcome.message);
      if (outcome.kind === 'conflict') return 'suspect';
      if (outcome.kind === 'unknown') entry.uncertainSince ??= startedAt;
      if (this.mode === 'verifying') return 'suspect';
      await this.time.sleep(backoff(attempt));
      if (this.isClosed()) return 'closed';
      if (this.isVerifying() || this.mayNotRepeat(entry)) return 'suspect';
    }
  }

  /** Invariant 3. */
  private mayNotRepeat({ uncertainSince }: Entry): boolean {
    if (uncertainSince === null) return false;
    return this.time.monotonicMs() - uncertainSince >= this.settings.dedupWindowMs / 2;
  }

  private async publish(message: Outgoing): Promise<PublishOutcome> {
    try {
      return await this.stream.publish(this.fence.shard, this.claimSequence, message);
    } catch (error) {
      return { kind: 'unknown', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Invariant 3: called when nothing is in flight. */
  private async verify(): Promise<void> {
    if (this.fruitless > 0) await this.time.sleep(backoff(this.fruitless));
    this.fruitless += 1;
    const claimed = await this.claimAgain();
    if (claimed === null) return;
    this.claimSequence = claimed;
    const stored = await this.readBack(claimed);
    if (stored === null) return;
    this.highestKnown = claimed;
    this.settleSuspects(stored);
    this.mode = 'sending';
    this.pump();
  }

  private settleSuspects(stored: ReadonlyMap<string, number>): void {
    const suspects = this.suspects.sort((a, b) => a.order - b.order);
    this.suspects = [];
    const missing: Entry[] = [];
    for (const entry of suspects) {
      const sequence = stored.get(entry.message.msgId);
      entry.uncertainSince = null;
      entry.sentAfter = null;
      if (sequence === undefined) missing.push(entry);
      else this.finish(entry, sequence);
    }
    this.ready.unshift(...missing);
  }

  private async claimAgain(): Promise<number | null> {
    for (let attempt = 0; !this.isClosed(); attempt++) {
      const outcome = await this.stream.claim(this.fence.shard, this.fence.tenure);
      if (this.isClosed()) return null;
      if (outcome.kind === 'claimed') return outcome.sequence;
      if (outcome.kind === 'refused') {
        this.close();
        this.owner.fenced(outcome.holder);
        return null;
      }
      this.owner.attemptFailed('unavailable', outcome.message);
      await this.time.sleep(backoff(attempt));
    }
    return null;
  }

  /** Sequences by message id, of what this shard stored since the oldest suspect was first sent. */
  private async readBack(claimed: number): Promise<Map<string, number> | null> {
    if (this.suspects.length === 0) return new Map();
    const from = Math.min(...this.suspects.map((entry) => entry.sentAfter ?? claimed)) + 1;
    for (let attempt = 0; !this.isClosed(); attempt++) {
      const stored = new Map<string, number>();
      try {
        await this.stream.readBack(from, claimed - 1, ({ shard, msgId, sequence }) => {
          if (shard === this.fence.shard) stored.set(msgId, sequence);
        });
        return this.isClosed() ? null : stored;
      } catch (error) {
        this.owner.attemptFailed('unavailable', error instanceof Error ? error.message : String(error));
        await this.time.sleep(backoff(attempt));
      }
    }
    return null;
  }

  /** Invariants 1 and 2. */
  private finish(entry: Entry, sequence: number): void {
    this.held -= 1;
    this.fruitless = 0;
    this.highestKnown = Math.max(this.highestKnown, sequence);
    const { key } = entry.message;
    const next = this.behind.get(key)?.shift();
    if (next === undefined) this.behind.delete(key);
    else this.ready.unshift(next);
    this.owner.stored(entry.message);
    this.releaseWaiters();
  }

  private releaseWaiters(): void {
    if (this.waiters.length === 0) return;
    const released = this.waiters.filter(({ limit }) => this.held <= limit);
    this.waiters = this.waiters.filter(({ limit }) => this.held > limit);
    for (const { resolve } of released) resolve();
  }

  // The mode may change at every await; reading it through a method keeps the compiler from assuming otherwise.
  private isClosed(): boolean {
    return this.mode === 'closed';
  }

  private isVerifying(): boolean {
    return this.mode === 'verifying';
  }
}
