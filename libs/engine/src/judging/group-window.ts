/** Running totals of one group within a sliding window; exact under adding and taking away at either end. */
import type { CompiledVelocity } from '../rules/compiled-version.js';
import { SUM_RADIX } from './exact-sum.js';
import { ExtremeQueue } from './extreme-queue.js';
import type { FieldValues, ValueKey } from './field-values.js';
import { WindowTotals } from './window-totals.js';

export class GroupWindow {
  readonly totals = new WindowTotals();
  /** Whether the queues of extremes follow the window; else they are filled again before use. */
  private extremesValid: boolean;
  /** `version` of the sliding window for which they did. */
  private extremesAt = 0;
  private readonly least: ExtremeQueue[] = [];
  private readonly greatest: ExtremeQueue[] = [];
  private readonly values: Map<ValueKey, number>[] = [];

  constructor(private readonly rule: CompiledVelocity) {
    this.totals.reset(rule.numeric.length, rule.distinct.length);
    this.extremesValid = rule.needsExtremes;
    for (let i = 0; i < rule.distinct.length; i++) this.values.push(new Map());
    if (!rule.needsExtremes) return;
    for (let i = 0; i < rule.numeric.length; i++) {
      this.least.push(new ExtremeQueue(1));
      this.greatest.push(new ExtremeQueue(-1));
    }
  }

  hasExtremes(shiftsAt: number): boolean {
    return this.extremesValid && this.extremesAt === shiftsAt;
  }

  /** Starts filling the queues of extremes anew. */
  clearExtremes(shiftsAt: number): void {
    for (const queue of [...this.least, ...this.greatest]) queue.clear();
    this.extremesValid = true;
    this.extremesAt = shiftsAt;
  }

  voidExtremes(): void {
    this.extremesValid = false;
  }

  /** Counts entry `index` in (`sign` 1) or out (-1). */
  change(values: FieldValues, index: number, sign: 1 | -1): void {
    const { totals, rule } = this;
    totals.count += sign;
    for (let i = 0; i < rule.numeric.length; i++) {
      const value = values.number(rule.numeric[i], index);
      if (Number.isNaN(value)) continue;
      const high = Math.floor(value / SUM_RADIX);
      totals.present[i] += sign;
      totals.high[i] += sign * high;
      totals.low[i] += sign * (value - high * SUM_RADIX);
    }
    for (let i = 0; i < rule.distinct.length; i++) {
      const key = values.key(rule.distinct[i], index);
      if (key === null) continue;
      const count = (this.values[i].get(key) ?? 0) + sign;
      if (count === 0) this.values[i].delete(key);
      else this.values[i].set(key, count);
      totals.distinct[i] = this.values[i].size;
    }
  }

  /** The entry enters the queues as the newest. */
  pushExtremes(values: FieldValues, index: number, sequence: number): void {
    for (let i = 0; i < this.least.length; i++) {
      const value = values.number(this.rule.numeric[i], index);
      if (Number.isNaN(value)) continue;
      this.least[i].push(sequence, value);
      this.greatest[i].push(sequence, value);
    }
  }

  /** The entry, the oldest of the window, leaves the queues. */
  shiftExtremes(sequence: number): void {
    for (let i = 0; i < this.least.length; i++) {
      this.least[i].shift(sequence);
      this.greatest[i].shift(sequence);
    }
  }

  /** Writes the extremes to the totals. */
  readExtremes(): void {
    for (let i = 0; i < this.least.length; i++) {
      this.totals.least[i] = this.least[i].value;
      this.totals.greatest[i] = this.greatest[i].value;
    }
  }
}
