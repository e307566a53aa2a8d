/** Finds the entries of a long account that its sweeps need not look at: see `CalmStretch`. */
import { entryArrived, entryTime } from './history/entry.js';
import type { CalmStretch } from './judging/calm-stretch.js';
import type { ShardState } from './shard-state.js';

/** Entries of a calm stretch stay for so long, at least when it is found. */
const CALM_MS = 3_600_000;
/** How long a search that found little is not repeated. */
const LOOK_AGAIN_MS = 900_000;
/** How much before the watermark lets an entry go its sweep may come: the watermark runs ahead of log time. */
const AHEAD_MS = 300_000;

/** From when on an entry may go that was touched last at `touched`, as far as log time can tell. */
export function mayGo(latenessMs: number, time: number, widestMs: number, touched: number): number {
  const byWatermark = Math.max(touched + latenessMs, time + widestMs + latenessMs - AHEAD_MS);
  return Math.min(byWatermark, touched + widestMs + latenessMs);
}

export class CalmFinder {
  constructor(private readonly state: ShardState) {}

  /** The stretch that a sweep of the open account may pass over, or null. */
  find(account: number): CalmStretch | null {
    const { history, windows, now, watermark, tuning } = this.state;
    if (history.count < tuning.calmEntries) return null;
    const calm = windows.calm(account);
    const isOver = !calm.isCalm(now, watermark.value);
    if (isOver || (calm.length < history.count / 2 && calm.lookAgainMs <= now)) {
      calm.lookAgainMs = now + LOOK_AGAIN_MS;
      this.search(calm);
    }
    return calm.length > 0 ? calm : null;
  }

  /** Makes `calm` the longest stretch whose entries all stay for a while. */
  private search(calm: CalmStretch): void {
    const { history } = this.state;
    calm.clear();
    let from = 0;
    for (let i = 0; i <= history.count; i++) {
      if (i < history.count && this.stays(i)) continue;
      if (i - from > calm.length) {
        calm.from = from;
        calm.to = i;
      }
      from = i + 1;
    }
    for (let i = calm.from; i < calm.to; i++) this.bound(calm, i);
  }

  /** Whether the entry stays for a good while, both by log time and by the watermark. */
  private stays(index: number): boolean {
    const { history, now, settings, watermark } = this.state;
    const { versions, widestMs } = history.view(index);
    const kept = widestMs + settings.allowedLatenessMs;
    const at = history.at(index);
    if (versions.length === 0 || entryArrived(history.words, at) + kept < now + CALM_MS) return false;
    return entryTime(history.words, at) + kept >= watermark.value + CALM_MS;
  }

  private bound(calm: CalmStretch, index: number): void {
    const { history, settings } = this.state;
    const { allowedLatenessMs: lateness } = settings;
    const { widestMs } = history.view(index);
    const at = history.at(index);
    const time = entryTime(history.words, at);
    const arrived = entryArrived(history.words, at);
    calm.untilMs = Math.min(calm.untilMs, arrived + widestMs + lateness);
    calm.untilWatermarkMs = Math.min(calm.untilWatermarkMs, time + widestMs + lateness);
    calm.dueMs = Math.min(calm.dueMs, mayGo(lateness, time, widestMs, arrived));
  }
}
