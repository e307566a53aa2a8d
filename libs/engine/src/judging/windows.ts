/**
 * What speeds up judging accounts whose windows are too long to scan. All of it can be made anew from the history,
 * so that it is dropped freely: when the rules change, and for accounts that have not needed it lately.
 */
import type { CompiledVelocity, CompiledVersion } from '../rules/compiled-version.js';
import { CalmStretch } from './calm-stretch.js';
import { CountryRun } from './country-run.js';
import type { FieldValues } from './field-values.js';
import { SlidingWindow } from './sliding-window.js';

/** Accounts remembered at least; twice as many at most. Bounds the objects that the garbage collector visits. */
const KEEP = 1024;

/** A run over the entries before `upTo`; void when that is negative. */
export class KnownRun {
  upTo = -1;
  /** Logins before this time were not looked for. */
  since = -Infinity;
  readonly run = new CountryRun();
}

class AccountWindows {
  readonly calm = new CalmStretch();
  readonly sliding = new Map<number, SlidingWindow>();
  readonly runs = new Map<number, KnownRun>();
}

export class Windows {
  private recent = new Map<number, AccountWindows>();
  private older = new Map<number, AccountWindows>();

  constructor(private readonly values: FieldValues) {}

  sliding(account: number, version: CompiledVelocity): SlidingWindow {
    const { sliding } = this.of(account);
    let window = sliding.get(version.uid);
    if (window === undefined) {
      window = new SlidingWindow(version, this.values);
      sliding.set(version.uid, window);
    }
    return window;
  }

  run(account: number, version: CompiledVersion): KnownRun {
    const { runs } = this.of(account);
    let known = runs.get(version.uid);
    if (known === undefined) {
      known = new KnownRun();
      runs.set(version.uid, known);
    }
    return known;
  }

  /** The account's stretch that sweeps need not look at, which may be empty. */
  calm(account: number): CalmStretch {
    return this.of(account).calm;
  }

  /** An entry of the account was inserted at `index`. */
  inserted(account: number, index: number): void {
    const windows = this.find(account);
    if (windows === undefined) return;
    windows.calm.inserted(index);
    for (const window of windows.sliding.values()) window.inserted(index);
    for (const known of windows.runs.values()) if (index < known.upTo) known.upTo = -1;
  }

  /** The account's entry at `index`, of event time `time`, is about to be removed. */
  removing(account: number, index: number, time: number): void {
    const windows = this.find(account);
    if (windows === undefined) return;
    windows.calm.removing(index);
    for (const window of windows.sliding.values()) window.removing(index);
    for (const known of windows.runs.values()) {
      if (index >= known.upTo) continue;
      const { run } = known;
      const oldest = run.otherCountry === 0 ? run.latestTime : run.otherTime;
      // Without the oldest entry a run stays what it is, unless the entry is part of it.
      if (index === 0 && run.latestCountry !== 0 && time < oldest) known.upTo--;
      else known.upTo = -1;
    }
  }

  /** The account's entries with `gone[i] === 1` are about to go. */
  removingAll(account: number, gone: Uint8Array, count: number): void {
    const windows = this.find(account);
    if (windows === undefined) return;
    const { calm, runs, sliding } = windows;
    for (let i = count - 1; i >= 0; i--) if (gone[i] === 1) calm.removing(i);
    let first = 0;
    while (first < count && gone[first] === 1) first++;
    const isPrefix = gone.indexOf(1, first) < 0 || gone.indexOf(1, first) >= count;
    runs.clear();
    for (const [uid, window] of sliding) if (!isPrefix || !window.removingFirst(first)) sliding.delete(uid);
  }

  drop(account: number): void {
    this.recent.delete(account);
    this.older.delete(account);
  }

  clear(): void {
    this.recent.clear();
    this.older.clear();
  }

  private find(account: number): AccountWindows | undefined {
    if (this.recent.size === 0 && this.older.size === 0) return undefined;
    return this.recent.get(account) ?? this.older.get(account);
  }

  private of(account: number): AccountWindows {
    const recent = this.recent.get(account);
    if (recent !== undefined) return recent;
    const windows = this.older.get(account) ?? new AccountWindows();
    this.older.delete(account);
    if (this.recent.size >= KEEP) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(account, windows);
    return windows;
  }
}
