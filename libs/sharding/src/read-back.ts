/**
 * What former owners of a shard have stored in one output, beside what the replay of the log decides.
 *
 * A replay makes every decision again. What was read back is not sent again; what a former owner stored and the
 * replay does not make (an orphan: another version of the program decided otherwise) is found at the end.
 */
import type { StoredOutput } from './ports.js';

/** A stored message that the replay did not produce. */
export interface Orphan {
  readonly msgId: string;
  readonly sequence: number;
  readonly logSequence: number;
}

interface StoredUnderKey {
  /** Stored and not yet made again. */
  readonly pending: Orphan[];
  /** The replay has decided something under this key. */
  replayed: boolean;
}

export class ReadBack {
  private readonly byKey = new Map<string, StoredUnderKey>();
  private stored = 0;

  /** `keyOf` groups messages whose order matters: those of one alert. */
  constructor(private readonly keyOf: (msgId: string) => string) {}

  /** How many were read back and not made again so far. */
  get size(): number {
    return this.stored;
  }

  add({ msgId, sequence, logSequence }: StoredOutput): void {
    const key = this.keyOf(msgId);
    let known = this.byKey.get(key);
    if (known === undefined) this.byKey.set(key, (known = { pending: [], replayed: false }));
    // The same id twice is one decision: a former owner's copy outside the deduplication window.
    if (known.pending.some((other) => other.msgId === msgId)) return;
    known.pending.push({ msgId, sequence, logSequence });
    this.stored += 1;
  }

  /** Whether this decision of the replay is stored already. */
  take(msgId: string): boolean {
    const known = this.byKey.get(this.keyOf(msgId));
    if (known === undefined) return false;
    known.replayed = true;
    const at = known.pending.findIndex((other) => other.msgId === msgId);
    if (at < 0) return false;
    known.pending.splice(at, 1);
    this.stored -= 1;
    return true;
  }

  /**
   * Ends the comparison and forgets everything. `unsupported` holds, for each key of which the replay said nothing
   * at all, the message that was stored last; where it did say something, its own decisions stand.
   */
  finish(): { orphans: number; unsupported: Orphan[] } {
    const unsupported: Orphan[] = [];
    for (const { pending, replayed } of this.byKey.values()) {
      if (pending.length > 0 && !replayed)
        unsupported.push(pending.reduce((a, b) => (a.sequence > b.sequence ? a : b)));
    }
    const orphans = this.stored;
    this.byKey.clear();
    this.stored = 0;
    return { orphans, unsupported: unsupported.sort((a, b) => a.sequence - b.sequence) };
  }
}

/** The alert that a message id of `alertMessageId` belongs to: the id less revision, kind and sequence. */
export function alertIdOf(msgId: string): string {
  return msgId.split('.').slice(0, -3).join('.');
}
