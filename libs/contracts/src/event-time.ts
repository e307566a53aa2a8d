/** Event times as publishers write them: epoch seconds, epoch milliseconds, or RFC 3339 with an offset. */
import { readDecimal, scaledShortDecimal } from './decimal.js';
import type { Decimal } from './decimal.js';

/** Numbers below this are seconds, others milliseconds. */
const SECONDS_BELOW = 1e11;

/** 2000-01-01T00:00:00Z. */
export const EARLIEST_EVENT_TIME = 946_684_800_000;
/** How far a publisher's clock may run ahead of ours. */
export const MAX_CLOCK_LEAD_MS = 300_000;

const NUMERIC = /^[+-]?[0-9]+(?:\.[0-9]+)?$/;
const RFC_3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Epoch milliseconds of a number of seconds or milliseconds; finer digits are cut off. */
export function timeOfNumber(value: number): number | null {
  if (Number.isInteger(value)) return value < SECONDS_BELOW ? value * 1000 : value;
  return timeOfLiteral(String(value));
}

/** The same of a number's text, which may have an exponent. */
export function timeOfLiteral(text: string): number | null {
  const decimal = readDecimal(text);
  if (decimal === null) return null;
  const whole = cutTo(decimal, 0);
  return whole < SECONDS_BELOW ? cutTo(decimal, 3) : whole;
}

/** Epoch milliseconds of a numeric text or an RFC 3339 text; null for anything else. */
export function timeOfText(text: string): number | null {
  const whole = scaledShortDecimal(text, 0);
  if (!Number.isNaN(whole)) return timeOfNumber(whole);
  return NUMERIC.test(text) ? timeOfLiteral(text) : timeOfRfc3339(text);
}

/** The decimal times `10^places`, digits beyond the point cut off (toward zero); Infinity when huge. */
function cutTo({ negative, digits, exponent }: Decimal, places: number): number {
  const shift = exponent + places;
  if (digits.length + shift > 16) return negative ? -Infinity : Infinity;
  const kept = shift >= 0 ? digits + '0'.repeat(shift) : digits.slice(0, shift);
  const value = Number(kept);
  return negative ? -value : value;
}

function timeOfRfc3339(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = match[8] !== undefined ? 0 : readOffset(match[9], Number(match[10]), Number(match[11]));
  if (offset === null || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const time = Date.UTC(year, month - 1, day, hour, minute, second, ms) - offset;
  // A leap second reads as the first second of the day it precedes, as in epoch time; nowhere else is there a second 60.
  return second === 60 && Math.floor(time / 1000) % (DAY_MS / 1000) !== 0 ? null : time;
}

/** Milliseconds to the east of Greenwich. */
function readOffset(sign: string, hours: number, minutes: number): number | null {
  if (hours > 23 || minutes > 59) return null;
  return (hours * 60 + minutes) * MINUTE_MS * (sign === '-' ? -1 : 1);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
