/** Events for measurements: cheap to make, the same on every run. */
import { type AccountEvent, type Attribute, NO_ATTRIBUTES } from '#contracts';

/** The standard mix: eight types, of which four carry an amount. */
export const TYPES = [
  'login',
  'click',
  'view',
  'search',
  'purchase',
  'transfer',
  'payment',
  'log-out',
] as const;
const COUNTRIES = ['NL', 'DE', 'FR', 'GB'];

let state = 12_345;

/** xorshift32: the same numbers on every run. */
export function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

/** Strings made of parts are flattened at their first use; decoded ones are flat from the start. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

export function uuid(n: number): string {
  return flat(`395805b6-7aee-409a-85cc-${n.toString(16).padStart(12, '0')}`);
}

export function event(fields: Partial<AccountEvent>): AccountEvent {
  return {
    eventId: uuid(0),
    accountId: '0',
    eventType: 'login',
    eventTime: 0,
    country: null,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
    ...fields,
  };
}

/** Event `n` of the mix, on one of `accounts` accounts. */
export function mixed(n: number, accounts: number, timeMs: number): AccountEvent {
  const account = random(accounts);
  const eventType = TYPES[random(TYPES.length)];
  const hasAmount = eventType === 'purchase' || eventType === 'transfer' || eventType === 'payment';
  const attributes: readonly Attribute[] =
    eventType === 'transfer'
      ? [{ name: 'beneficiaryId', kind: 'string', text: flat(String(account * 7 + random(3))) }]
      : NO_ATTRIBUTES;
  return {
    eventId: uuid(n),
    accountId: flat(String(1_000_000 + account)),
    eventType,
    eventTime: timeMs,
    country: COUNTRIES[account & 3],
    amount: hasAmount ? 10_000 + random(500_000) : null,
    currency: hasAmount ? 'EUR' : null,
    attributes,
  };
}
