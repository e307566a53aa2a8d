/**
 * Judges entries of the open history by one version of a rule. It decides whether conditions hold; what follows
 * (raise, retract, nothing) is the `Verdicts`' matter.
 */
import type { History } from '../history/history.js';
import type { CompiledCountry, CompiledVelocity } from '../rules/compiled-version.js';
import type { Field } from '../rules/field.js';
import { hasSlot } from '../rules/program.js';
import { CountryRun } from './country-run.js';
import type { FieldValues, ValueKey } from './field-values.js';
import { distinctHold, numbersHold, WindowTotals } from './window-totals.js';
import type { Windows } from './windows.js';

/** Takes the verdicts. What was observed is valid during the call only. */
export interface Verdicts {
  country(version: CompiledCountry, index: number, holds: boolean, run: CountryRun): void;
  velocity(version: CompiledVelocity, index: number, holds: boolean, totals: WindowTotals): void;
}

export class Judge {
  private readonly run = new CountryRun();
  private readonly scanned = new WindowTotals();
  /** The entries that the last scan counted. */
  private readonly matched: number[] = [];
  private readonly different: ValueKey[] = [];

  constructor(
    private readonly history: History,
    private readonly values: FieldValues,
    private readonly windows: Windows,
    private readonly verdicts: Verdicts,
    /** Windows of up to so many entries are scanned; longer ones have running totals. */
    private readonly scanEntries: number,
  ) {}

  /**
   * Judges what a change at event time `time` can affect: logins from entry `first` on, up to the first log-out
   * after entry `last`.
   */
  countries(version: CompiledCountry, first: number, last: number, time: number): void {
    const { history, run } = this;
    const { slot, withinMs } = version;
    this.runUpTo(version, first, time - withinMs);
    for (let i = first; i < history.count && history.time(i) <= time + withinMs; i++) {
      const view = history.view(i);
      if (!hasSlot(view.seen, slot)) continue;
      if (history.isLogOut(i)) {
        if (i > last) return;
        run.logOut();
        continue;
      }
      const country = history.contents.country(history.content(i));
      const own = history.time(i);
      if (hasSlot(view.judged, slot)) {
        const holds = run.look(country, own, withinMs);
        this.verdicts.country(version, i, holds, run);
      }
      run.login(country, own);
    }
  }

  /** Judges the entries from `first` on whose windows reach back to `time` and whose group is one of the two. */
  velocities(
    version: CompiledVelocity,
    first: number,
    time: number,
    group: ValueKey | null,
    formerGroup: ValueKey | null,
  ): void {
    const { history, values } = this;
    const { slot, withinMs } = version;
    for (let i = first; i < history.count && history.time(i) <= time + withinMs; i++) {
      if (!hasSlot(history.view(i).judged, slot)) continue;
      const own = values.groupKey(version, i);
      if (own === group || own === formerGroup) this.velocity(version, i);
    }
  }

  /** Tells the groups of the open account apart. */
  groupOf(version: CompiledVelocity, index: number): ValueKey {
    return this.values.groupKey(version, index);
  }

  velocity(version: CompiledVelocity, index: number): void {
    const { history } = this;
    const start = history.time(index) - version.withinMs;
    if (index < this.scanEntries || history.time(index - this.scanEntries) < start) {
      const holds = this.scan(version, index, start);
      return this.verdicts.velocity(version, index, holds, this.scanned);
    }
    const totals = this.windows.sliding(history.account, version).totalsAt(index);
    const holds = numbersHold(version, totals) && distinctHold(version, totals);
    this.verdicts.velocity(version, index, holds, totals);
  }

  private scan(version: CompiledVelocity, index: number, start: number): boolean {
    const { history, scanned, values, matched } = this;
    const { slot, numeric, distinct } = version;
    scanned.reset(numeric.length, distinct.length);
    for (let i = index; i >= 0 && history.time(i) >= start; i--) {
      if (!hasSlot(history.view(i).seen, slot) || !values.sameGroup(version, i, index)) continue;
      matched[scanned.count++] = i;
      for (let k = 0; k < numeric.length; k++) scanned.add(k, values.number(numeric[k], i));
    }
    if (!numbersHold(version, scanned)) return false;
    for (let k = 0; k < distinct.length; k++) scanned.distinct[k] = this.countDifferent(distinct[k]);
    return distinctHold(version, scanned);
  }

  /** How many different values of the field the entries in `matched` have. */
  private countDifferent(field: Field): number {
    const { scanned, values, matched, different } = this;
    different.length = 0;
    for (let i = 0; i < scanned.count; i++) {
      const key = values.key(field, matched[i]);
      if (key !== null && !different.includes(key)) different.push(key);
    }
    return different.length;
  }

  /** Brings `run` to the entries before `index`, of which those before `since` cannot matter. */
  private runUpTo(version: CompiledCountry, index: number, since: number): void {
    const { history, run } = this;
    if (index < this.scanEntries || history.time(index - this.scanEntries) < since) {
      this.runBack(version, index, since);
      return;
    }
    const known = this.windows.run(history.account, version);
    if (known.upTo >= 0 && known.upTo <= index && known.since <= since) {
      run.copy(known.run);
      for (let i = known.upTo; i < index; i++) this.follow(version, i);
    } else {
      known.since = this.runBack(version, index, since);
    }
    known.run.copy(run);
    known.upTo = index;
  }

  private follow(version: CompiledCountry, index: number): void {
    const { history, run } = this;
    if (!hasSlot(history.view(index).seen, version.slot)) return;
    if (history.isLogOut(index)) run.logOut();
    else run.login(history.contents.country(history.content(index)), history.time(index));
  }

  /** Finds what the run needs going back from `index`; returns from which time on the run is right. */
  private runBack(version: CompiledCountry, index: number, since: number): number {
    const { history, run } = this;
    run.logOut();
    for (let i = index - 1; i >= 0 && history.time(i) >= since; i--) {
      if (!hasSlot(history.view(i).seen, version.slot)) continue;
      if (history.isLogOut(i)) return -Infinity;
      if (run.loginBefore(history.contents.country(history.content(i)), history.time(i))) return -Infinity;
    }
    return since;
  }
}
