/** Passes on what shards tell, and says in the journal what an operator should know of it. */
import type { Journal, PublishOutcome, Tenure, Time } from './ports.js';
import type { OutputName, ShardObserver } from './shard.js';

/** A stream that is full fails thousands of attempts a minute; one line of each kind in this time is enough. */
const REPEAT_MS = 10_000;

type FailureKind = Exclude<PublishOutcome['kind'], 'stored'>;

export interface ReporterParts {
  readonly observer: ShardObserver;
  readonly journal: Journal;
  readonly time: Time;
  /** A shard was lost: it must not be folded any more. */
  readonly onFenced: (shard: number) => void;
}

export function reportTo({ observer, journal, time, onFenced }: ReporterParts): ShardObserver {
  const saidAt = new Map<string, number>();
  const attemptFailed = (output: OutputName, kind: FailureKind, reason: string) => {
    observer.attemptFailed(output, kind, reason);
    const now = time.monotonicMs();
    const key = `${output} ${kind}`;
    if (now - (saidAt.get(key) ?? -Infinity) < REPEAT_MS) return;
    saidAt.set(key, now);
    journal.warn(
      { output, kind, reason },
      `A decision is not stored in ${output} yet (${kind}); trying again`,
    );
  };
  const orphansFound = (output: OutputName, orphans: number, retracted: number) => {
    observer.orphansFound(output, orphans, retracted);
    journal.warn(
      { output, orphans, retracted },
      `${orphans} messages in ${output} are not what the log leads to; ${retracted} alerts of them are taken back`,
    );
  };
  const fenced = (shard: number, output: OutputName, holder: Tenure) => {
    onFenced(shard);
    observer.fenced(shard, output, holder);
    journal.error({ shard, output, holder }, `Shard ${shard} is run by ${holder.owner} now; let it go`);
  };
  return {
    phaseChanged: (shard, from, to) => observer.phaseChanged(shard, from, to),
    alertDecided: (decision) => observer.alertDecided(decision),
    lateDecided: (decision) => observer.lateDecided(decision),
    suppressed: (output) => observer.suppressed(output),
    stored: (output, loggedAt, receivedAt, live) => observer.stored(output, loggedAt, receivedAt, live),
    attemptFailed,
    orphansFound,
    fenced,
  };
}
