/** What a rule reads of an event: fields as text and as exact decimals, whether the event matters, its group. */
import type { AccountEvent, Rule, VelocityRule } from '#contracts';

const DECIMAL = /^-?\d+(\.\d{1,4})?$/;
const LARGEST = 100_000_000_000n * 10_000n;

/** The field's text, or `null` when the event lacks it. Amounts read as their shortest decimal. */
export function fieldText(event: AccountEvent, name: string): string | null {
  switch (name) {
    case 'eventId':
      return event.eventId;
    case 'accountId':
      return event.accountId;
    case 'eventType':
      return event.eventType;
    case 'country':
      return event.country;
    case 'eventTime':
      return String(event.eventTime);
    case 'amount':
      return event.amount === null ? null : decimalText(BigInt(event.amount));
    case 'currency':
      return event.currency;
    default:
      return event.attributes.find((attribute) => attribute.name === name)?.text ?? null;
  }
}

/** The field in ten-thousandths; `null` when the event lacks it or its text is no such number. */
export function fieldNumber(event: AccountEvent, name: string): bigint | null {
  if (name === 'amount') return event.amount === null ? null : BigInt(event.amount);
  const text = event.attributes.find((attribute) => attribute.name === name)?.text;
  return text === undefined ? null : parseDecimal(text);
}

/** Ten-thousandths of a decimal text, or `null` when it is none, too fine or too large. */
export function parseDecimal(text: string): bigint | null {
  if (!DECIMAL.test(text)) return null;
  const negative = text.startsWith('-');
  const [whole, fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const magnitude = BigInt(whole + fraction.padEnd(4, '0'));
  if (magnitude > LARGEST) return null;
  return negative ? -magnitude : magnitude;
}

/** The shortest decimal text of a number of ten-thousandths. */
export function decimalText(scaled: bigint): string {
  const magnitude = scaled < 0n ? -scaled : scaled;
  const digits = magnitude.toString().padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -4)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whether the event is part of the history that the rule looks at. */
export function matters(rule: Rule, event: AccountEvent): boolean {
  if (rule.type === 'multi-country') {
    return event.eventType === 'log-out' || (event.eventType === 'login' && event.country !== null);
  }
  const typed = rule.eventTypes.length === 0 || rule.eventTypes.includes(event.eventType);
  return typed && [...rule.has, ...rule.groupBy].every((name) => fieldText(event, name) !== null);
}

/** The group of an event that matters to the rule: field names and texts, in the rule's order. */
export function groupOf(rule: Rule, event: AccountEvent): [name: string, text: string][] {
  if (rule.type === 'multi-country') return [['accountId', event.accountId]];
  return rule.groupBy.map((name) => [name, fieldText(event, name) as string]);
}

export function sameGroup(rule: VelocityRule, a: AccountEvent, b: AccountEvent): boolean {
  return rule.groupBy.every((name) => fieldText(a, name) === fieldText(b, name));
}
