import type {
  ClaimOutcome,
  OutgoingMessage,
  OutputStream,
  PublishOutcome,
  StoredOutput,
  StreamBounds,
  Tenure,
} from '../src/index.js';

/** What becomes of one publish: as a server would, or as a bad network would. */
export type Fate =
  | 'store'
  /** Stored, but the acknowledgement is lost. */
  | 'lose-ack'
  /** Never arrives. */
  | 'lose'
  /** Arrives only when `arrive` is called; the sender times out meanwhile. */
  | 'delay'
  | 'full'
  | 'unavailable';

interface Stored {
  readonly sequence: number;
  readonly subject: string;
  readonly msgId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

interface Attempt {
  readonly shard: number;
  readonly claimSequence: number;
  readonly message: OutgoingMessage;
  readonly settle: (outcome: PublishOutcome) => void;
}

/** A stream with claims, fence and deduplication, like the server's. It outlives the hosts that write to it. */
export class FakeOutput implements OutputStream {
  readonly stored: Stored[] = [];
  private readonly claims = new Map<number, { sequence: number; tenure: Tenure }>();
  private remembered = new Map<string, number>();
  private delayed: Attempt[] = [];
  private next = 1;
  /** Decides the fate of each publish; by default all goes well. */
  fate: (message: OutgoingMessage, attempt: number) => Fate = () => 'store';
  /** When set, publishes wait for `release` before anything becomes of them. */
  held = false;
  readonly waiting: Attempt[] = [];
  claimAnswer: ((shard: number) => ClaimOutcome | null) | null = null;
  readBackFails = 0;
  attempts = 0;
  claimsMade = 0;

  constructor(readonly name: 'alerts' | 'late' = 'alerts') {}

  async claim(shard: number, tenure: Tenure): Promise<ClaimOutcome> {
    const scripted = this.claimAnswer?.(shard) ?? null;
    if (scripted !== null) return scripted;
    const holder = this.claims.get(shard)?.tenure;
    const ahead =
      holder !== undefined &&
      (holder.revision > tenure.revision ||
        (holder.revision === tenure.revision && holder.owner !== tenure.owner));
    if (ahead) return { kind: 'refused', holder };
    this.claimsMade += 1;
    const sequence = this.next++;
    this.claims.set(shard, { sequence, tenure });
    return { kind: 'claimed', sequence };
  }

  publish(shard: number, claimSequence: number, message: OutgoingMessage): Promise<PublishOutcome> {
    return new Promise((resolve) => {
      const attempt = { shard, claimSequence, message, settle: resolve };
      this.attempts += 1;
      if (this.held) this.waiting.push(attempt);
      else this.decide(attempt, this.fate(message, this.attempts));
    });
  }

  /** Lets a held publish meet its fate. */
  release(msgId: string, fate: Fate = 'store'): void {
    const at = this.waiting.findIndex(({ message }) => message.msgId === msgId);
    if (at < 0) throw new Error(`${msgId} does not wait; these do: ${this.waitingIds().join(', ')}`);
    this.decide(this.waiting.splice(at, 1)[0], fate);
  }

  waitingIds(): string[] {
    return this.waiting.map(({ message }) => message.msgId);
  }

  /** What was delayed arrives now. */
  arrive(): void {
    for (const attempt of this.delayed.splice(0)) this.store(attempt);
  }

  /** The deduplication window has passed. */
  forgetIds(): void {
    this.remembered = new Map();
  }

  /** The claims are purged from the stream. */
  forgetClaims(): void {
    this.claims.clear();
  }

  async bounds(): Promise<StreamBounds> {
    return { first: 1, last: this.next - 1 };
  }

  async readBack(from: number, to: number, visit: (stored: StoredOutput) => void): Promise<void> {
    const cutOff = this.readBackFails > 0;
    if (cutOff) this.readBackFails -= 1;
    const inRange = this.stored.filter(({ sequence }) => sequence >= from && sequence <= to);
    for (const { sequence, msgId, headers } of cutOff ? inRange.slice(0, inRange.length / 2) : inRange) {
      visit({
        sequence,
        msgId,
        shard: Number(headers['Vigil-Shard']),
        logSequence: Number(headers['Vigil-Log-Seq']),
      });
    }
    if (cutOff) throw new Error('the connection broke while reading back');
  }

  async body(sequence: number): Promise<Uint8Array | null> {
    return this.stored.find((stored) => stored.sequence === sequence)?.data ?? null;
  }

  ids(): string[] {
    return this.stored.map(({ msgId }) => msgId);
  }

  private decide(attempt: Attempt, fate: Fate): void {
    if (fate === 'full') return attempt.settle({ kind: 'full', message: 'maximum bytes exceeded' });
    if (fate === 'unavailable') return attempt.settle({ kind: 'unavailable', message: 'not connected' });
    if (fate === 'lose') return attempt.settle({ kind: 'unknown', message: 'timed out' });
    if (fate === 'delay') {
      this.delayed.push(attempt);
      return attempt.settle({ kind: 'unknown', message: 'timed out' });
    }
    const outcome = this.store(attempt);
    attempt.settle(fate === 'lose-ack' ? { kind: 'unknown', message: 'timed out' } : outcome);
  }

  private store({ shard, claimSequence, message }: Attempt): PublishOutcome {
    const known = this.remembered.get(message.msgId);
    if (known !== undefined) return { kind: 'stored', sequence: known, duplicate: true };
    const last = this.claims.get(shard)?.sequence ?? 0;
    if (last !== claimSequence) return { kind: 'conflict', message: `wrong last sequence: ${last}` };
    const sequence = this.next++;
    this.stored.push({ ...message, sequence });
    this.remembered.set(message.msgId, sequence);
    return { kind: 'stored', sequence, duplicate: false };
  }
}
