/**
 * The life of a shard in one process.
 *
 * unowned    Nothing is held. Entered at the beginning, and when `draining` or `fenced` has let everything go.
 * claiming   The outputs are being claimed; a former owner may still write. Left when every claim is stored.
 * restoring  Every output is claimed, so nobody else writes. What lies in the outputs is read back, and the log
 *            is folded from its beginning; decisions that were read back are not sent again. Left when the
 *            fold passes the place where the log ended at the claim.
 * running    Caught up: each decision is new and is sent.
 * draining   No message of the log is folded any more; decisions in flight are finished. Entered on a stop,
 *            from whatever was going on.
 * fenced     Another owner has claimed an output. Nothing is sent any more; what was not stored is dropped,
 *            since the new owner makes it again from the log.
 */
export type ShardPhase = 'unowned' | 'claiming' | 'restoring' | 'running' | 'draining' | 'fenced';

const LEGAL: Readonly<Record<ShardPhase, readonly ShardPhase[]>> = {
  unowned: ['claiming', 'fenced'],
  claiming: ['restoring', 'draining', 'fenced'],
  restoring: ['running', 'draining', 'fenced'],
  running: ['draining', 'fenced'],
  draining: ['unowned', 'fenced'],
  fenced: ['unowned'],
};

/** A fault of the program: nothing that happens outside leads to it. */
export class IllegalTransitionError extends Error {
  constructor(shard: number, from: ShardPhase, to: ShardPhase) {
    super(`Shard ${shard} cannot go from ${from} to ${to}; legal from ${from}: ${LEGAL[from].join(', ')}`);
    this.name = 'IllegalTransitionError';
  }
}

/** Holds the phase; `enter` is the only way to change it. */
export class ShardState {
  private current: ShardPhase = 'unowned';

  constructor(
    readonly shard: number,
    private readonly onChange: (from: ShardPhase, to: ShardPhase) => void = () => undefined,
  ) {}

  get phase(): ShardPhase {
    return this.current;
  }

  enter(next: ShardPhase): void {
    const from = this.current;
    if (!LEGAL[from].includes(next)) throw new IllegalTransitionError(this.shard, from, next);
    this.current = next;
    this.onChange(from, next);
  }
}
