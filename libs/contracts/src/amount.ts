/** Exact decimal amounts, as whole ten-thousandths. Text is read digit by digit: never through a binary float. */

/** Ten-thousandths in one unit. */
export const AMOUNT_SCALE = 10_000;
const SCALE_DIGITS = 4;
/** Greatest magnitude: 1e11 units. */
export const MAX_AMOUNT = 1e15;

/** Why a value is no amount. */
export type AmountProblem = 'not-decimal' | 'too-many-places' | 'too-large';

/** Sign, whole digits, fraction digits, exponent. */
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
/** Longer texts are refused unread; the longest amount with leading zeros and all is far shorter. */
const MAX_TEXT = 1024;

/** Ten-thousandths as a safe integer, or what is wrong with `value` (a number or a decimal text). */
export function parseAmount(value: unknown): number | AmountProblem {
  if (typeof value === 'number')
    return Number.isFinite(value) ? parseDecimalText(String(value)) : 'not-decimal';
  return typeof value === 'string' ? parseDecimalText(value) : 'not-decimal';
}

function parseDecimalText(text: string): number | AmountProblem {
  const scaled = parseScaled(text);
  if (typeof scaled === 'string') return scaled;
  if (scaled > MAX_AMOUNT || scaled < -MAX_AMOUNT) return 'too-large';
  return Number(scaled);
}

/** As `parseAmount` of a text, at any size. */
export function parseScaled(text: string): bigint | Exclude<AmountProblem, 'too-large'> {
  const decimal = readDecimal(text);
  if (decimal === null) return 'not-decimal';
  if (decimal.digits === '') return 0n;
  const shift = decimal.exponent + SCALE_DIGITS;
  if (shift < 0) return 'too-many-places';
  if (shift > MAX_TEXT) return 'not-decimal';
  const magnitude = BigInt(decimal.digits + '0'.repeat(shift));
  return decimal.negative ? -magnitude : magnitude;
}

/** A decimal number as `digits * 10^exponent`; no leading or trailing zeros in `digits`, which is empty for zero. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** Null when `text` is no decimal number. */
export function readDecimal(text: string): Decimal | null {
  if (text.length > MAX_TEXT) return null;
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const whole = match[2];
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return null;
  const all = whole + fraction;
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === 0x30) first++;
  let last = all.length;
  while (last > first && all.charCodeAt(last - 1) === 0x30) last--;
  const exponent = Number(match[4] ?? 0) - fraction.length + (all.length - last);
  return { negative: match[1] === '-', digits: all.slice(first, last), exponent };
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
