/**
 * Lets history go: sweeps of an account by time, and its oldest entries beyond the cap. Whatever goes leaves
 * let-go marks, and its alerts stay as they are.
 */
import { ENTRY_ID, entryArrived, entryHasAlerts, entryIdForm, entryTime } from './history/entry.js';
import { IdCode } from './history/id-code.js';
import type { View } from './rules/audiences.js';
import type { ShardState } from './shard-state.js';
import { promoteLatest } from './versions-of-event.js';

/** How much before the watermark lets an entry go its sweep may come: the watermark runs ahead of log time. */
const AHEAD_MS = 300_000;

export class LettingGo {
  /** Entries that the cap took. */
  capped = 0;
  /** By entry of the account that is swept. */
  private times = new Float64Array(64);
  private arrived = new Float64Array(64);
  private touched = new Float64Array(64);
  private gone = new Uint8Array(64);
  private readonly views: View[] = [];
  private readonly queue: number[] = [];
  private readonly id: IdCode;

  constructor(private readonly state: ShardState) {
    this.id = new IdCode(state.blocks);
  }

  /** Sweeps the account and schedules its next sweep, if anything is left. */
  sweep(account: number): void {
    const { history, wheel, settings, marks, now } = this.state;
    history.open(account);
    if (history.count > 0) {
      this.findTouched();
      if (this.markGone()) {
        this.letGo();
        this.findTouched();
      }
    }
    marks.prune(account, now);
    if (history.count === 0) this.state.removeIfEmpty(account);
    else wheel.schedule(account, Math.max(now + settings.sweepIntervalMs, this.earliest()));
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

  /** Reads what a sweep needs of every entry: plain arrays, since several passes go over them. */
  private read(): void {
    const { history } = this.state;
    const { count } = history;
    if (this.times.length < count) this.grow(count * 2);
    for (let i = 0; i < count; i++) {
      const at = history.at(i);
      this.times[i] = entryTime(history.words, at);
      this.arrived[i] = entryArrived(history.words, at);
      this.views[i] = history.view(i);
    }
  }

  private grow(capacity: number): void {
    this.times = new Float64Array(capacity);
    this.arrived = new Float64Array(capacity);
    this.touched = new Float64Array(capacity);
    this.gone = new Uint8Array(capacity);
  }

  /** By entry: the latest arrival within the window after it, over the versions that keep both. */
  private findTouched(): void {
    const { history, program } = this.state;
    this.read();
    const { touched, arrived } = this;
    for (let i = 0; i < history.count; i++) touched[i] = arrived[i];
    if (history.count === 1) return;
    for (const version of program.versions) this.touchBy(version.slot, version.withinMs);
  }

  /** Goes from the latest entry to the earliest, with the arrivals ahead in a queue whose greatest is first. */
  private touchBy(slot: number, withinMs: number): void {
    const { times, arrived, touched, queue, views } = this;
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    let head = 0;
    let tail = 0;
    for (let i = this.state.history.count - 1; i >= 0;) {
      const time = times[i];
      let first = i;
      for (; first >= 0 && times[first] === time; first--) {
        if ((views[first].kept[word] & bit) === 0) continue;
        while (tail > head && arrived[queue[tail - 1]] <= arrived[first]) tail--;
        queue[tail++] = first;
      }
      while (head < tail && times[queue[head]] > time + withinMs) head++;
      for (; i > first; i--) {
        if ((views[i].kept[word] & bit) === 0) continue;
        const latest = arrived[queue[head]];
        if (latest > touched[i]) touched[i] = latest;
      }
    }
  }

  /** Notes which entries may go; whether any may. */
  private markGone(): boolean {
    const { history, now, settings, watermark } = this.state;
    const lateness = settings.allowedLatenessMs;
    let any = false;
    for (let i = 0; i < history.count; i++) {
      const { versions, widestMs } = this.views[i];
      const touched = this.touched[i];
      const passed = watermark.value >= this.times[i] + widestMs + lateness && now >= touched + lateness;
      const goes = versions.length === 0 || passed || now >= touched + widestMs + lateness;
      this.gone[i] = goes ? 1 : 0;
      any ||= goes;
    }
    return any;
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

  /** When some entry may go, at the earliest. */
  private earliest(): number {
    const { history, settings } = this.state;
    const lateness = settings.allowedLatenessMs;
    let earliest = Infinity;
    for (let i = 0; i < history.count; i++) {
      const { widestMs } = this.views[i];
      const touched = this.touched[i];
      const byWatermark = Math.max(touched + lateness, this.times[i] + widestMs + lateness - AHEAD_MS);
      earliest = Math.min(earliest, byWatermark, touched + widestMs + lateness);
    }
    return earliest;
  }
}
