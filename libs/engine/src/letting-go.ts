/**
 * Lets history go: sweeps of an account by time, and its oldest entries beyond the cap. Whatever goes leaves
 * let-go marks, and its alerts stay as they are.
 */
import { ENTRY_ID, entryArrived, entryHasAlerts, entryIdForm, entryTime } from './history/entry.js';
import { IdCode } from './history/id-code.js';
import type { ShardState } from './shard-state.js';
import { Touched } from './touched.js';
import { promoteLatest } from './versions-of-event.js';

/** How much before the watermark lets an entry go its sweep may come: the watermark runs ahead of log time. */
const AHEAD_MS = 300_000;

/** Of more entries than this the touches are computed at once. */
const MANY = 8;

export class LettingGo {
  /** Entries that the cap took. */
  capped = 0;
  private gone = new Uint8Array(64);
  private readonly asked: number[] = [];
  private readonly touched: Touched;
  private readonly id: IdCode;

  constructor(private readonly state: ShardState) {
    this.id = new IdCode(state.blocks);
    this.touched = new Touched(state.history);
  }

  /** Sweeps the account and schedules its next sweep, if anything is left. */
  sweep(account: number): void {
    const { history, wheel, marks, now } = this.state;
    history.open(account);
    this.touched.reset();
    if (this.markGone()) {
      this.letGo();
      this.touched.reset();
    }
    marks.prune(account, now);
    if (history.count === 0) this.state.removeIfEmpty(account);
    else wheel.schedule(account, this.nextSweep());
  }

  /** Lets the oldest entries beyond the cap of the open account go. */
  cap(): void {
    const { history, windows, settings } = this.state;
    while (history.count > settings.maxActorHistory) {
      this.raiseMarks(0);
      this.gone.fill(0, 0, Math.min(this.gone.length, 1 + this.equalTimes()));
      const multiple = this.forgetAlerts(0);
      windows.removing(history.account, 0, history.time(0));
      const time = history.time(0);
      history.remove(0);
      if (multiple) promoteLatest(this.state, time);
      this.capped++;
    }
  }

  /** How many entries after the first have its time. */
  private equalTimes(): number {
    const { history } = this.state;
    let equal = 0;
    while (equal + 1 < history.count && history.time(equal + 1) === history.time(0)) equal++;
    return equal;
  }

  /** Notes which entries may go; whether any may. */
  private markGone(): boolean {
    const { history, now, program } = this.state;
    const { gone, asked, touched } = this;
    let any = this.markByArrival();
    if (asked.length > MANY) touched.compute(asked[asked.length - 1] + 1, program.versions);
    for (let i = 0; i < asked.length; i++) {
      const index = asked[i];
      if (
        now <
        touched.at(index, program.versions) + this.keptFor(history.time(index), history.view(index).widestMs)
      )
        continue;
      gone[index] = 1;
      any = true;
    }
    return any;
  }

  /**
   * An entry was touched at its own arrival or later: notes in `asked` of which entries only that can tell whether
   * they may go. Whether any may go that no version keeps.
   */
  private markByArrival(): boolean {
    const { history, now } = this.state;
    if (this.gone.length < history.count) this.gone = new Uint8Array(history.count * 2);
    const { gone, asked } = this;
    const { words } = history;
    let any = false;
    asked.length = 0;
    for (let i = 0; i < history.count; i++) {
      const at = history.at(i);
      const { versions, widestMs } = history.view(i);
      const unkept = versions.length === 0;
      gone[i] = unkept ? 1 : 0;
      any ||= unkept;
      if (!unkept && now >= entryArrived(words, at) + this.keptFor(entryTime(words, at), widestMs))
        asked.push(i);
    }
    return any;
  }

  /** How long an entry is kept after it was touched last, in log time. */
  private keptFor(time: number, widestMs: number): number {
    const { settings, watermark } = this.state;
    const lateness = settings.allowedLatenessMs;
    return watermark.value >= time + widestMs + lateness ? lateness : widestMs + lateness;
  }

  private letGo(): void {
    const { history, windows } = this.state;
    const { gone } = this;
    const split: number[] = [];
    let first = 0;
    let all = 0;
    for (let i = 0; i < history.count; i++) {
      if (gone[i] === 0) continue;
      if (first === i) first++;
      all++;
      this.raiseMarks(i);
      if (this.forgetAlerts(i)) split.push(history.time(i));
    }
    if (first === all) windows.removingFirst(history.account, all);
    else windows.drop(history.account);
    history.removeAll(gone);
    // Another version of the event stays: it may be the latest now.
    for (const time of split) promoteLatest(this.state, time);
  }

  private raiseMarks(index: number): void {
    const { history, marks, now } = this.state;
    const { versions } = history.view(index);
    for (let i = 0; i < versions.length; i++)
      marks.raise(history.account, versions[i].ruleIndex, history.time(index), now);
  }

  /** Takes the entry's alerts off the ledger, unless another version of its event is held: then true. */
  private forgetAlerts(index: number): boolean {
    const { history, ledger, audiences } = this.state;
    const at = history.at(index);
    const single = audiences.sight(history.audience(index)).from === 0;
    if (single && !entryHasAlerts(history.words, at)) return false;
    this.id.load(history.words, at + ENTRY_ID, entryIdForm(history.words, at));
    const time = entryTime(history.words, at);
    if (!single && this.hasOtherVersion(index)) return true;
    ledger.forget(history.account, time, this.id);
    return false;
  }

  private hasOtherVersion(index: number): boolean {
    const { history } = this.state;
    const time = history.time(index);
    for (let i = history.firstFrom(time); i < history.count && history.time(i) === time; i++)
      if (i !== index && this.gone[i] !== 1 && history.isSame(i, this.id)) return true;
    return false;
  }

  /** When some entry may go, at the earliest, but not before the sweep interval is over. */
  private nextSweep(): number {
    const { history, now, program, settings } = this.state;
    const soonest = now + settings.sweepIntervalMs;
    let earliest = Infinity;
    for (let i = 0; i < history.count && earliest > soonest; i++) {
      const at = history.at(i);
      const { widestMs } = history.view(i);
      const time = entryTime(history.words, at);
      // Touched later than at its arrival, it goes later still.
      if (this.mayGo(time, widestMs, entryArrived(history.words, at)) >= earliest) continue;
      earliest = Math.min(earliest, this.mayGo(time, widestMs, this.touched.at(i, program.versions)));
    }
    return Math.max(soonest, earliest);
  }

  /** From when on an entry may go that was touched last at `touched`, as far as log time can tell. */
  private mayGo(time: number, widestMs: number, touched: number): number {
    const { allowedLatenessMs: lateness } = this.state.settings;
    const byWatermark = Math.max(touched + lateness, time + widestMs + lateness - AHEAD_MS);
    return Math.min(byWatermark, touched + widestMs + lateness);
  }
}
