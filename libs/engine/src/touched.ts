/**
 * When the held events of an account were last touched: for each, the latest arrival among the events that lie in
 * its window ahead and that some version keeps together with it. Few of a sweep's entries need to know, so each
 * is looked up by itself, until that has cost more than one pass over them for every version.
 */
import { entryArrived, entryTime } from './history/entry.js';
import type { History } from './history/history.js';
import type { View } from './rules/audiences.js';
import type { CompiledVersion } from './rules/compiled-version.js';
import { hasSlot } from './rules/program.js';

/** Entries that look-ups may visit for each held one before all are computed. */
const VISITS_PER_ENTRY = 4;

export class Touched {
  /** Entries before this one are computed. */
  private computed = 0;
  private visits = 0;
  private values = new Float64Array(64);
  private times = new Float64Array(64);
  private arrived = new Float64Array(64);
  private readonly views: View[] = [];
  private readonly queue: number[] = [];

  constructor(private readonly history: History) {}

  /** The open account or its entries have changed. */
  reset(): void {
    this.computed = 0;
    this.visits = 0;
  }

  at(index: number, versions: readonly CompiledVersion[]): number {
    if (index < this.computed) return this.values[index];
    if (this.visits > this.history.count * VISITS_PER_ENTRY)
      this.compute(this.history.count, Infinity, versions);
    else return this.lookUp(index);
    return this.values[index];
  }

  /** Prepares for asking about many of the entries before `end`, whose windows are at most `widestMs`. */
  compute(end: number, widestMs: number, versions: readonly CompiledVersion[]): void {
    const { history } = this;
    const last =
      end < history.count ? history.firstFrom(history.time(end - 1) + widestMs + 1) : history.count;
    this.read(last);
    for (let i = 0; i < last; i++) this.values[i] = this.arrived[i];
    for (const version of versions) this.touchBy(version.slot, version.withinMs, last);
    this.computed = end;
  }

  /** Goes backwards: what lies furthest ahead mostly arrived last, and the rest is then passed by quickly. */
  private lookUp(index: number): number {
    const { history } = this;
    const { words } = history;
    const time = history.time(index);
    const { versions, widestMs } = history.view(index);
    let latest = entryArrived(words, history.at(index));
    let i = history.firstFrom(time + widestMs + 1) - 1;
    this.visits += i - index;
    for (; i >= 0; i--) {
      const at = history.at(i);
      const ahead = entryTime(words, at) - time;
      if (ahead < 0) break;
      const arrived = entryArrived(words, at);
      if (arrived > latest && keepsBoth(versions, history.view(i), ahead)) latest = arrived;
    }
    return latest;
  }

  /** Plain arrays, since each version goes over them. */
  private read(count: number): void {
    const { history } = this;
    if (this.times.length < count) {
      this.times = new Float64Array(count * 2);
      this.arrived = new Float64Array(count * 2);
      this.values = new Float64Array(count * 2);
    }
    this.views.length = 0;
    for (let i = 0; i < count; i++) {
      const at = history.at(i);
      this.times[i] = entryTime(history.words, at);
      this.arrived[i] = entryArrived(history.words, at);
      this.views.push(history.view(i));
    }
  }

  /** Goes from the latest entry to the earliest, with the arrivals ahead in a queue whose greatest is first. */
  private touchBy(slot: number, withinMs: number, count: number): void {
    const { times, arrived, values, queue, views } = this;
    let head = 0;
    let tail = 0;
    for (let i = count - 1; i >= 0;) {
      const time = times[i];
      let first = i;
      for (; first >= 0 && times[first] === time; first--) {
        if (!hasSlot(views[first].kept, slot)) continue;
        while (tail > head && arrived[queue[tail - 1]] <= arrived[first]) tail--;
        queue[tail++] = first;
      }
      while (head < tail && times[queue[head]] > time + withinMs) head++;
      for (; i > first; i--) {
        if (!hasSlot(views[i].kept, slot)) continue;
        const latest = arrived[queue[head]];
        if (latest > values[i]) values[i] = latest;
      }
    }
  }
}

/** Whether one of the versions, which keep an entry, keeps also the one `aheadMs` ahead of it, within its window. */
function keepsBoth(versions: readonly CompiledVersion[], { kept }: View, aheadMs: number): boolean {
  for (let i = 0; i < versions.length; i++)
    if (versions[i].withinMs >= aheadMs && hasSlot(kept, versions[i].slot)) return true;
  return false;
}
