/**
 * One held event in ten words:
 *
 * | word | holds |
 * |---|---|
 * | 0 | event time, low 32 bits |
 * | 1 | event time, high 12 bits; the number of its audience, 20 bits |
 * | 2 | arrival (log time), low 32 bits |
 * | 3 | arrival, high 12 bits; amount, high 20 bits, signed |
 * | 4 | amount in ten-thousandths, low 32 bits |
 * | 5 | content, 26 bits; form of the event id, 5 bits; whether an alert of it is on the ledger |
 * | 6 to 9 | event id |
 *
 * Times are milliseconds below 2^44 (the year 2527). An absent amount has the lowest high part.
 */

export const ENTRY_WORDS = 10;
export const ENTRY_ID = 6;
const WORD = 4_294_967_296;

/** High part of an amount that is absent; amounts of magnitude up to 1e15 never reach it. */
const ABSENT = 0x80000;

export const MAX_CONTENT = 2 ** 26;
export const MAX_AUDIENCE = 2 ** 20;

export function entryTime(words: Uint32Array, at: number): number {
  return (words[at + 1] & 0xfff) * WORD + words[at];
}

export function entryArrived(words: Uint32Array, at: number): number {
  return (words[at + 3] & 0xfff) * WORD + words[at + 2];
}

export function entryAudience(words: Uint32Array, at: number): number {
  return words[at + 1] >>> 12;
}

export function setEntryAudience(words: Uint32Array, at: number, audience: number): void {
  words[at + 1] = (words[at + 1] & 0xfff) | (audience << 12);
}

export function hasEntryAmount(words: Uint32Array, at: number): boolean {
  return words[at + 3] >>> 12 !== ABSENT;
}

/** High part of the amount: `amount = high * 2^32 + low`. Meaningless when the amount is absent. */
export function entryAmountHigh(words: Uint32Array, at: number): number {
  return (words[at + 3] | 0) >> 12;
}

export function entryAmount(words: Uint32Array, at: number): number {
  return ((words[at + 3] | 0) >> 12) * WORD + words[at + 4];
}

export function entryContent(words: Uint32Array, at: number): number {
  return words[at + 5] & 0x3ffffff;
}

export function entryIdForm(words: Uint32Array, at: number): number {
  return (words[at + 5] >>> 26) & 31;
}

export function entryHasAlerts(words: Uint32Array, at: number): boolean {
  return words[at + 5] >>> 31 === 1;
}

export function setEntryHasAlerts(words: Uint32Array, at: number, has: boolean): void {
  words[at + 5] = has ? words[at + 5] | 0x80000000 : words[at + 5] & 0x7fffffff;
}

/** Writes all but the event id. */
export function writeEntry(
  words: Uint32Array,
  at: number,
  time: number,
  arrived: number,
  amount: number | null,
  content: number,
  idForm: number,
  audience: number,
): void {
  const timeHigh = Math.floor(time / WORD);
  const arrivedHigh = Math.floor(arrived / WORD);
  const amountHigh = amount === null ? ABSENT : Math.floor(amount / WORD);
  words[at] = time - timeHigh * WORD;
  words[at + 1] = timeHigh | (audience << 12);
  words[at + 2] = arrived - arrivedHigh * WORD;
  words[at + 3] = arrivedHigh | (amountHigh << 12);
  words[at + 4] = amount === null ? 0 : amount - amountHigh * WORD;
  words[at + 5] = content | (idForm << 26);
}
