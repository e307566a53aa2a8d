/** What the conditions of a velocity rule run over: totals of one window, and whether the conditions hold of them. */
import type { CompiledCondition, CompiledVelocity } from '../rules/compiled-version.js';
import { bigSum, holds, safeSum, SUM_RADIX } from './exact-sum.js';

const SCALE = 10_000;

export class WindowTotals {
  count = 0;
  /** By numeric field: how many have it, their sum in two parts, least and greatest. */
  readonly present: number[] = [];
  readonly high: number[] = [];
  readonly low: number[] = [];
  readonly least: number[] = [];
  readonly greatest: number[] = [];
  /** By distinct field: how many different values. */
  readonly distinct: number[] = [];

  reset(numeric: number, distinct: number): void {
    this.count = 0;
    for (let i = 0; i < numeric; i++) {
      this.present[i] = 0;
      this.high[i] = 0;
      this.low[i] = 0;
      this.least[i] = Infinity;
      this.greatest[i] = -Infinity;
    }
    for (let i = 0; i < distinct; i++) this.distinct[i] = 0;
  }

  /** Adds a value of numeric field `place`; NaN for none. */
  add(place: number, value: number): void {
    if (Number.isNaN(value)) return;
    const high = Math.floor(value / SUM_RADIX);
    this.present[place]++;
    this.high[place] += high;
    this.low[place] += value - high * SUM_RADIX;
    if (value < this.least[place]) this.least[place] = value;
    if (value > this.greatest[place]) this.greatest[place] = value;
  }
}

/** Whether the conditions that run over counts and numbers hold: everything but `distinct`. */
export function numbersHold(version: CompiledVelocity, totals: WindowTotals): boolean {
  const { conditions } = version;
  for (let i = 0; i < conditions.length; i++) {
    if (conditions[i].aggregate !== 'distinct' && !conditionHolds(conditions[i], totals)) return false;
  }
  return true;
}

export function distinctHold(version: CompiledVelocity, totals: WindowTotals): boolean {
  const { conditions } = version;
  for (let i = 0; i < conditions.length; i++) {
    if (conditions[i].aggregate === 'distinct' && !conditionHolds(conditions[i], totals)) return false;
  }
  return true;
}

function conditionHolds(condition: CompiledCondition, totals: WindowTotals): boolean {
  const { aggregate, place } = condition;
  if (aggregate === 'count') return compare(condition, totals.count * SCALE);
  if (aggregate === 'distinct') {
    const values = totals.distinct[place];
    return values > 0 && compare(condition, values * SCALE);
  }
  if (totals.present[place] === 0) return false;
  if (aggregate === 'min') return compare(condition, totals.least[place]);
  if (aggregate === 'max') return compare(condition, totals.greatest[place]);
  return sumHolds(
    condition,
    totals.high[place],
    totals.low[place],
    aggregate === 'avg' ? totals.present[place] : 1,
  );
}

function compare(condition: CompiledCondition, value: number): boolean {
  if (condition.limitIsSafe) return holds(value, condition.op, condition.limitNumber);
  return holds(BigInt(value), condition.op, condition.limit);
}

/** `sum op limit * count`, exactly. */
function sumHolds(condition: CompiledCondition, high: number, low: number, count: number): boolean {
  const sum = safeSum(high, low);
  const bar = condition.limitNumber * count;
  if (condition.limitIsSafe && !Number.isNaN(sum) && Number.isSafeInteger(bar))
    return holds(sum, condition.op, bar);
  return holds(bigSum(high, low), condition.op, condition.limit * BigInt(count));
}
