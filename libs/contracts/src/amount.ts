/** Exact decimal amounts, as whole ten-thousandths. Text is read digit by digit: never through a binary float. */
import { readDecimal, scaledShortDecimal } from './decimal.js';
import type { Decimal } from './decimal.js';

/** Ten-thousandths in one unit. */
export const AMOUNT_SCALE = 10_000;
const SCALE_DIGITS = 4;
/** Greatest magnitude: 1e11 units. */
export const MAX_AMOUNT = 1e15;
/** So many digits always make a safe integer. */
const SAFE_DIGITS = 15;

/** Why a value is no amount. */
export type AmountProblem = 'not-decimal' | 'too-many-places' | 'too-large';

/** An optional sign, digits, at most one point: the form of amounts in text, without exponents. */
const PLAIN_DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;

/** Ten-thousandths as a safe integer, or what is wrong with `value` (a number or a decimal text). */
export function parseAmount(value: unknown): number | AmountProblem {
  if (typeof value === 'number') return parseNumber(value);
  if (typeof value !== 'string') return 'not-decimal';
  const short = scaledShortDecimal(value, SCALE_DIGITS);
  if (short <= MAX_AMOUNT && short >= -MAX_AMOUNT) return short;
  if (!PLAIN_DECIMAL.test(value)) return 'not-decimal';
  return parseAmountLiteral(value);
}

/**
 * A number stands for the shortest decimal that reads as it. A whole number of ten-thousandths within bounds is
 * at most 15 digits long, so dividing it gives back the very number exactly when that decimal has at most 4 places.
 */
function parseNumber(value: number): number | AmountProblem {
  if (!Number.isFinite(value)) return 'not-decimal';
  const scaled = Math.round(value * AMOUNT_SCALE);
  if (scaled / AMOUNT_SCALE === value && scaled <= MAX_AMOUNT && scaled >= -MAX_AMOUNT) return scaled + 0;
  return parseAmountLiteral(String(value));
}

/** As `parseAmount`, of a text that may have an exponent: a JSON number as it was written. */
export function parseAmountLiteral(text: string): number | AmountProblem {
  const decimal = readDecimal(text);
  if (decimal === null) return 'not-decimal';
  if (decimal.digits === '') return 0;
  const shift = decimal.exponent + SCALE_DIGITS;
  if (shift < 0) return 'too-many-places';
  if (decimal.digits.length + shift > SAFE_DIGITS + 1) return 'too-large';
  const magnitude = Number(decimal.digits + '0'.repeat(shift));
  if (magnitude > MAX_AMOUNT) return 'too-large';
  return decimal.negative ? -magnitude : magnitude;
}

/** Largest power of ten that limits are scaled by. */
const MAX_SHIFT = 1000;

/** Ten-thousandths at any size: for the limits of rules, which are compared with sums. */
export function parseScaled(text: string): bigint | Exclude<AmountProblem, 'too-large'> {
  const decimal = readDecimal(text);
  if (decimal === null) return 'not-decimal';
  if (decimal.digits === '') return 0n;
  const shift = decimal.exponent + SCALE_DIGITS;
  if (shift < 0) return 'too-many-places';
  return shift > MAX_SHIFT ? 'not-decimal' : shifted(decimal, shift);
}

function shifted({ negative, digits }: Decimal, shift: number): bigint {
  const magnitude = BigInt(digits + '0'.repeat(shift));
  return negative ? -magnitude : magnitude;
}

/** Decimal text without needless zeros: 12345 reads `1.2345`, 420000 reads `42`. */
export function formatAmount(scaled: number | bigint): string {
  const value = BigInt(scaled);
  const magnitude = value < 0n ? -value : value;
  const scale = BigInt(AMOUNT_SCALE);
  const whole = (magnitude / scale).toString();
  const rest = (magnitude % scale).toString().padStart(SCALE_DIGITS, '0').replace(/0+$/, '');
  const sign = value < 0n ? '-' : '';
  return rest === '' ? sign + whole : `${sign}${whole}.${rest}`;
}
