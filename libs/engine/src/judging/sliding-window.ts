/**
 * Running totals of one rule version over one account's history, for windows too long to scan: entries
 * [from, to) are counted, by group. The window moves to whatever entry is judged next, in either direction, and
 * each entry on the way costs the same; in order that is one entry in and, in time, one out.
 *
 * Invariants:
 * 1. The groups' totals are those of the entries in [from, to) that the version sees.
 * 2. An entry's sequence is its index plus `shift`, and stays the same when entries before it come or go.
 * 3. `shifts` rises whenever sequences within the window changed: queues of extremes are then void.
 */
import type { CompiledVelocity } from '../rules/compiled-version.js';
import { hasSlot } from '../rules/program.js';
import type { FieldValues, ValueKey } from './field-values.js';
import { GroupWindow } from './group-window.js';
import type { WindowTotals } from './window-totals.js';

export class SlidingWindow {
  private from = 0;
  private to = 0;
  private shift = 0;
  private shifts = 0;
  private readonly groups = new Map<ValueKey, GroupWindow>();

  constructor(
    private readonly version: CompiledVelocity,
    private readonly values: FieldValues,
  ) {}

  /** Totals of the window of entry `index`, which the version sees. */
  totalsAt(index: number): WindowTotals {
    const { history } = this.values;
    const start = history.time(index) - this.version.withinMs;
    if (this.from > index || (this.to > 0 && history.time(this.to - 1) < start)) this.restart(index);
    while (this.to <= index) this.push();
    while (this.to > index + 1) this.pop();
    while (this.from > 0 && history.time(this.from - 1) >= start) this.unshift();
    while (this.from < this.to && history.time(this.from) < start) this.takeOldest();
    const group = this.groups.get(this.values.groupKey(this.version, index))!;
    if (this.version.needsExtremes) this.fillExtremes(group, index);
    return group.totals;
  }

  /** An entry was inserted at `index`. */
  inserted(index: number): void {
    if (index >= this.to) return;
    this.to++;
    if (index <= this.from) {
      this.from++;
      this.shift--;
      return;
    }
    this.shifts++;
    this.count(index, 1)?.voidExtremes();
  }

  /** The entry at `index` is about to be removed. */
  removing(index: number): void {
    if (index >= this.to) return;
    if (index < this.from) {
      this.from--;
      this.to--;
      this.shift++;
      return;
    }
    if (index === this.from) {
      this.takeOldest();
      this.from--;
      this.shift++;
    } else {
      this.count(index, -1);
      this.shifts++;
    }
    this.to--;
  }

  /** The first `count` entries are about to go; false when the window holds one of them. */
  removingFirst(count: number): boolean {
    if (this.from < count) return false;
    this.from -= count;
    this.to -= count;
    this.shift += count;
    return true;
  }

  private restart(index: number): void {
    this.groups.clear();
    this.from = index;
    this.to = index;
  }

  private push(): void {
    const group = this.count(this.to, 1);
    if (group !== null && group.hasExtremes(this.shifts))
      group.pushExtremes(this.values, this.to, this.to + this.shift);
    this.to++;
  }

  private pop(): void {
    this.to--;
    this.count(this.to, -1)?.voidExtremes();
  }

  private unshift(): void {
    this.from--;
    this.count(this.from, 1)?.voidExtremes();
  }

  private takeOldest(): void {
    this.count(this.from, -1)?.shiftExtremes(this.from + this.shift);
    this.from++;
  }

  /** Counts the entry in or out of its group; null when the version does not see it. */
  private count(index: number, sign: 1 | -1): GroupWindow | null {
    if (!hasSlot(this.values.history.view(index).seen, this.version.slot)) return null;
    const key = this.values.groupKey(this.version, index);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = new GroupWindow(this.version);
      group.clearExtremes(this.shifts);
      this.groups.set(key, group);
    }
    group.change(this.values, index, sign);
    if (group.totals.count === 0) this.groups.delete(key);
    return group;
  }

  private fillExtremes(group: GroupWindow, index: number): void {
    if (!group.hasExtremes(this.shifts)) {
      group.clearExtremes(this.shifts);
      const { slot } = this.version;
      for (let i = this.from; i < this.to; i++) {
        if (!hasSlot(this.values.history.view(i).seen, slot)) continue;
        if (this.values.sameGroup(this.version, i, index)) group.pushExtremes(this.values, i, i + this.shift);
      }
    }
    group.readExtremes();
  }
}
