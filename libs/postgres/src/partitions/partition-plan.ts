/**
 * Which partition of `account_event` a time belongs to: UTC days lately, UTC months further back.
 *
 * A day keeps the indexes that live traffic works on small. Months keep the number of partitions small: a query
 * without a time plans each of them, and a scattered back-fill opens each. Pure: no clock, no database.
 */

/** Half-open, epoch milliseconds. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Partition extends TimeRange {
  readonly name: string;
}

export interface PartitionPolicy {
  /** Months that end less than so many days ago, and everything up to so many days ahead, are split into days. */
  readonly dayWindow: number;
}

export const DEFAULT_PARTITION_POLICY: PartitionPolicy = { dayWindow: 35 };

export const DAY_MS = 86_400_000;
export const PARTITIONED_TABLE = 'account_event';

export function dayOf(timeMs: number): Partition {
  const fromMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
  return { name: `${PARTITIONED_TABLE}_${isoDigits(fromMs, 10)}`, fromMs, toMs: fromMs + DAY_MS };
}

export function monthOf(timeMs: number): Partition {
  const date = new Date(timeMs);
  const fromMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const toMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return { name: `${PARTITIONED_TABLE}_${isoDigits(fromMs, 7)}`, fromMs, toMs };
}

/** Where the days begin, seen from `nowMs`: the start of a month, so that no month is half and half by plan. */
export function firstDay(nowMs: number, policy: PartitionPolicy): number {
  return monthOf(nowMs - policy.dayWindow * DAY_MS).fromMs;
}

/**
 * The partition to make for `timeMs`, which none of `existing` covers. A month of which some days exist already
 * cannot be made as a whole: then it is a day.
 */
export function planPartition(
  timeMs: number,
  nowMs: number,
  policy: PartitionPolicy,
  existing: readonly TimeRange[],
): Partition {
  const recent = timeMs >= firstDay(nowMs, policy) && timeMs < nowMs + policy.dayWindow * DAY_MS;
  const month = monthOf(timeMs);
  if (recent || existing.some((range) => overlaps(range, month))) return dayOf(timeMs);
  return month;
}

/** Months before the days begin that still consist of days: what should be merged, oldest first. */
export function monthsToMerge(
  existing: readonly Partition[],
  nowMs: number,
  policy: PartitionPolicy,
): Partition[] {
  const limit = firstDay(nowMs, policy);
  const months = new Map<number, Partition>();
  for (const range of existing) {
    if (range.toMs - range.fromMs !== DAY_MS) continue;
    const month = monthOf(range.fromMs);
    if (month.toMs <= limit) months.set(month.fromMs, month);
  }
  return [...months.values()].sort((a, b) => a.fromMs - b.fromMs);
}

export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return a.fromMs < b.toMs && b.fromMs < a.toMs;
}

/** `20250601` of a length of 10, `202506` of 7. */
function isoDigits(timeMs: number, length: number): string {
  return new Date(timeMs).toISOString().slice(0, length).replaceAll('-', '');
}
