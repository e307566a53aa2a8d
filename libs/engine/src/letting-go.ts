/**
 * Lets history go: sweeps of an account by time, and its oldest entries beyond the cap. Whatever goes leaves
 * let-go marks, and its alerts stay as they are.
 */
import { ENTRY_ID, entryArrived, entryHasAlerts, entryIdForm, entryTime } from './history/entry.js';
import { IdCode } from './history/id-code.js';
import type { ShardState } from './shard-state.js';
import { CalmFinder, mayGo } from './calm-finder.js';
import type { CalmStretch } from './judging/calm-stretch.js';
import { Touched } from './touched.js';
import { promoteLatest } from './versions-of-event.js';

/** Of more entries than this the touches are computed at once. */
const MANY = 8;
const NOTHING_GONE = new Uint8Array(0);

export class LettingGo {
  /** Entries that the cap took. */
  capped = 0;
  private gone = new Uint8Array(64);
  private readonly asked: number[] = [];
  private widestAsked = 0;
  /** Of the account that is swept; null when it is short or has none. */
  private calm: CalmStretch | null = null;
  private readonly touched: Touched;
  private readonly calmFinder: CalmFinder;
  private readonly id: IdCode;

  constructor(private readonly state: ShardState) {
    this.id = new IdCode(state.blocks);
    this.touched = new Touched(state.history);
    this.calmFinder = new CalmFinder(state);
  }

  /** Sweeps the account and schedules its next sweep, if anything is left. */
  sweep(account: number): void {
    const { history, wheel, marks, now } = this.state;
    history.open(account);
    this.touched.reset();
    this.calm = this.calmFinder.find(account);
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
      const time = history.time(0);
      this.raiseMarks(0);
      const hasOther = this.forgetAlerts(0, NOTHING_GONE);
      windows.removing(history.account, 0, time);
      history.remove(0);
      if (hasOther) promoteLatest(this.state, time);
      this.capped++;
    }
  }

  /** Notes which entries may go; whether any may. */
  private markGone(): boolean {
    const { history, now, program } = this.state;
    const { asked, touched } = this;
    let any = this.markByArrival();
    if (asked.length > MANY) touched.compute(asked[asked.length - 1] + 1, this.widestAsked, program.versions);
    for (let i = 0; i < asked.length; i++) {
      const index = asked[i];
      const kept = this.keptFor(history.time(index), history.view(index).widestMs);
      if (now < touched.at(index, program.versions) + kept) continue;
      this.gone[index] = 1;
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
    const { gone, asked, calm } = this;
    const { words } = history;
    let any = false;
    asked.length = 0;
    this.widestAsked = 0;
    if (calm !== null) gone.fill(0, calm.from, calm.to);
    for (let i = 0; i < history.count; i++) {
      if (calm !== null && i === calm.from) i = calm.to;
      if (i === history.count) break;
      const at = history.at(i);
      const { versions, widestMs } = history.view(i);
      const unkept = versions.length === 0;
      gone[i] = unkept ? 1 : 0;
      any ||= unkept;
      if (unkept || now < entryArrived(words, at) + this.keptFor(entryTime(words, at), widestMs)) continue;
      asked.push(i);
      this.widestAsked = Math.max(this.widestAsked, widestMs);
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
    for (let i = 0; i < history.count; i++) {
      if (gone[i] === 0) continue;
      this.raiseMarks(i);
      if (this.forgetAlerts(i, gone)) split.push(history.time(i));
    }
    windows.removingAll(history.account, gone, history.count);
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
  private forgetAlerts(index: number, gone: Uint8Array): boolean {
    const { history, ledger, audiences } = this.state;
    const at = history.at(index);
    const single = audiences.sight(history.audience(index)).from === 0;
    if (single && !entryHasAlerts(history.words, at)) return false;
    this.id.load(history.words, at + ENTRY_ID, entryIdForm(history.words, at));
    const time = entryTime(history.words, at);
    if (!single && this.hasOtherVersion(index, gone)) return true;
    ledger.forget(history.account, time, this.id);
    return false;
  }

  private hasOtherVersion(index: number, gone: Uint8Array): boolean {
    const { history } = this.state;
    const time = history.time(index);
    for (let i = history.firstFrom(time); i < history.count && history.time(i) === time; i++)
      if (i !== index && gone[i] !== 1 && history.isSame(i, this.id)) return true;
    return false;
  }

  /** When some entry may go, at the earliest, but not before the sweep interval is over. */
  private nextSweep(): number {
    const { history, now, settings } = this.state;
    const { calm } = this;
    const soonest = now + settings.sweepIntervalMs;
    let earliest = Infinity;
    earliest = this.earliest(0, calm === null ? history.count : calm.from, soonest, earliest);
    if (calm === null) return Math.max(soonest, earliest);
    earliest = this.earliest(calm.to, history.count, soonest, earliest);
    if (calm.dueMs < earliest) earliest = this.earliest(calm.from, calm.to, soonest, earliest);
    return Math.max(soonest, earliest);
  }

  /** The lesser of `earliest` and when one of the entries in [from, to) may go; exact unless `soonest` or less. */
  private earliest(from: number, to: number, soonest: number, earliest: number): number {
    const { history, program, settings } = this.state;
    let least = earliest;
    for (let i = from; i < to && least > soonest; i++) {
      const at = history.at(i);
      const { widestMs } = history.view(i);
      const time = entryTime(history.words, at);
      // Touched later than at its arrival, it goes later still.
      if (mayGo(settings.allowedLatenessMs, time, widestMs, entryArrived(history.words, at)) >= least)
        continue;
      least = Math.min(
        least,
        mayGo(settings.allowedLatenessMs, time, widestMs, this.touched.at(i, program.versions)),
      );
    }
    return least;
  }
}
