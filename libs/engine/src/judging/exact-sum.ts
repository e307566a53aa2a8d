/**
 * Sums of amounts as two doubles: `high * 2^32 + low`, each part a sum of parts below 2^32. Both stay whole and
 * exact for any number of amounts that memory can hold; comparing falls back to bigint beyond 2^53.
 */
import type { Operator } from '#contracts';

export const SUM_RADIX = 4_294_967_296;
const EXACT = Number.MAX_SAFE_INTEGER;

/** The sum as a number when that is exact, else NaN. */
export function safeSum(high: number, low: number): number {
  const scaled = high * SUM_RADIX;
  if (scaled > EXACT || scaled < -EXACT) return NaN;
  const sum = scaled + low;
  return sum > EXACT || sum < -EXACT ? NaN : sum;
}

export function bigSum(high: number, low: number): bigint {
  return BigInt(high) * BigInt(SUM_RADIX) + BigInt(low);
}

export function holds<T extends number | bigint>(value: T, op: Operator, limit: T): boolean {
  switch (op) {
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
  }
}
