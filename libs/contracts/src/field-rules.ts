/**
 * One rule a field: each reads a value from outside, which is `null` when absent, into its canonical form,
 * or says what is wrong with it. The validation of events is made of these and of nothing else.
 */
import { parseAmount, parseAmountLiteral } from './amount.js';
import { parseCountry } from './countries.js';
import { isCurrency } from './currencies.js';
import { plainDecimal, readDecimal } from './decimal.js';
import { EVENT_TYPE_PATTERN, MAX_ID_BYTES } from './event-fields.js';
import {
  EARLIEST_EVENT_TIME,
  MAX_CLOCK_LEAD_MS,
  timeOfLiteral,
  timeOfNumber,
  timeOfText,
} from './event-time.js';
import { ExactNumber } from './exact-json.js';
import type { FieldProblem } from './field-problem.js';
import { missing, wrongValue } from './field-problem.js';
import { idProblem } from './text-checks.js';

/** What a rule may know besides the value. */
export interface FieldContext {
  /** When the event was received, epoch milliseconds. */
  readonly receivedAt: number;
}

export type FieldRule<T = unknown> = (value: unknown, context: FieldContext) => T | FieldProblem;

const ID_FORM = `1 to ${MAX_ID_BYTES} bytes of printable UTF-8 without white space`;

export function readEventId(value: unknown): string | FieldProblem {
  if (typeof value === 'string' && idProblem(value, MAX_ID_BYTES) === null) return value;
  if (value === null) return missing('eventId', `a text of ${ID_FORM}`);
  return wrongValue('invalid-event-id', 'eventId', value, `a text of ${ID_FORM}`);
}

const ACCOUNT_FORM = `an integer, or a text of ${ID_FORM}`;

export function readAccountId(value: unknown): string | FieldProblem {
  if (typeof value === 'string') {
    if (idProblem(value, MAX_ID_BYTES) === null) return value;
  } else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value + 0);
  } else if (value instanceof ExactNumber) {
    const digits = integerDigits(value.text);
    if (digits !== null) return digits;
  } else if (value === null) {
    return missing('accountId', ACCOUNT_FORM);
  }
  return wrongValue('invalid-account-id', 'accountId', value, ACCOUNT_FORM);
}

/** The digits of an integer at any size; null for fractions and for what no id can hold. */
function integerDigits(text: string): string | null {
  const decimal = readDecimal(text);
  return decimal === null || (decimal.digits !== '' && decimal.exponent < 0)
    ? null
    : plainDecimal(decimal, MAX_ID_BYTES - 1);
}

const TYPE_FORM = 'a lower-case letter followed by at most 31 of a-z, 0-9 and "-", such as "login"';

export function readEventType(value: unknown): string | FieldProblem {
  if (typeof value === 'string' && EVENT_TYPE_PATTERN.test(value)) return value;
  if (value === null) return missing('eventType', TYPE_FORM);
  return wrongValue('invalid-event-type', 'eventType', value, TYPE_FORM);
}

const COUNTRY_FORM = 'an ISO 3166-1 code of two or three letters, "UK", "O" or "Other"';

export function readCountry(value: unknown): string | null | FieldProblem {
  if (value === null) return null;
  const country = typeof value === 'string' ? parseCountry(value) : null;
  return country ?? wrongValue('invalid-country', 'country', value, COUNTRY_FORM);
}

const TIME_FORM =
  'epoch seconds, epoch milliseconds, or RFC 3339 with an offset such as "2020-10-03T14:44:42Z"';

export function readEventTime(value: unknown, { receivedAt }: FieldContext): number | FieldProblem {
  if (value === null) return missing('eventTime', TIME_FORM);
  const time = timeOf(value);
  if (time === null) return wrongValue('invalid-event-time', 'eventTime', value, TIME_FORM);
  if (time >= EARLIEST_EVENT_TIME && time <= receivedAt + MAX_CLOCK_LEAD_MS) return time;
  const latest = new Date(receivedAt + MAX_CLOCK_LEAD_MS).toISOString();
  const range = `from 2000-01-01T00:00:00Z to 5 minutes after its receipt (${latest})`;
  return wrongValue('event-time-out-of-range', 'eventTime', value, range);
}

function timeOf(value: unknown): number | null {
  if (typeof value === 'number') return timeOfNumber(value);
  if (typeof value === 'string') return timeOfText(value);
  return value instanceof ExactNumber ? timeOfLiteral(value.text) : null;
}

const AMOUNT_FORM = 'a number or decimal text of at most 4 decimal places and magnitude up to 1e11';

export function readAmount(value: unknown): number | null | FieldProblem {
  if (value === null) return null;
  const scaled = value instanceof ExactNumber ? parseAmountLiteral(value.text) : parseAmount(value);
  return typeof scaled === 'number' ? scaled : wrongValue('invalid-amount', 'amount', value, AMOUNT_FORM);
}

export function readCurrency(value: unknown): string | null | FieldProblem {
  if (value === null) return null;
  if (typeof value === 'string' && isCurrency(value)) return value;
  return wrongValue(
    'invalid-currency',
    'currency',
    value,
    'an ISO 4217 code of three capitals, such as "EUR"',
  );
}
