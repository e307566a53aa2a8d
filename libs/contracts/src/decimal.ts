/** Decimal numbers as text. */

/** Sign, whole digits, fraction digits, exponent. */
const DECIMAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?$/;
/** Longer texts are refused unread. */
const MAX_TEXT = 1200;

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
  const fraction = match[3] ?? '';
  const all = match[2] + fraction;
  if (all === '') return null;
  const ZERO = 0x30;
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === ZERO) first++;
  let last = all.length;
  while (last > first && all.charCodeAt(last - 1) === ZERO) last--;
  const exponent = Number(match[4] ?? 0) - fraction.length + (all.length - last);
  return { negative: match[1] === '-', digits: all.slice(first, last), exponent };
}

const POINT = 0x2e;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
/** So many digits always make a safe integer. */
const SAFE_DIGITS = 15;

/**
 * `text * 10^places` where that is plain to see: an optional minus, digits, at most one point with at most `places`
 * digits behind it, 15 digits in all. NaN for everything else, be it a number or not: the common case, without parsing.
 */
export function scaledShortDecimal(text: string, places: number): number {
  const negative = text.charCodeAt(0) === MINUS;
  let value = 0;
  let behind = -1;
  let digits = 0;
  for (let i = negative ? 1 : 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
      if (behind >= 0) behind++;
    } else if (digit === POINT - DIGIT_0 && behind < 0 && digits > 0) behind = 0;
    else return NaN;
  }
  const shift = places - Math.max(behind, 0);
  if (digits === 0 || shift < 0 || digits + shift > SAFE_DIGITS) return NaN;
  for (let i = 0; i < shift; i++) value *= 10;
  return negative ? 0 - value : value;
}

/** The number without exponent and needless zeros (`1e2` is `100`, `42.0` is `42`, `-0` is `0`); null beyond `maxChars`. */
export function plainDecimal({ negative, digits, exponent }: Decimal, maxChars: number): string | null {
  if (digits === '') return '0';
  if (digits.length + Math.abs(exponent) > maxChars) return null;
  const sign = negative ? '-' : '';
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const point = digits.length + exponent;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}
