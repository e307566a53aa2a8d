/** Names of an event's fields, and what else they are read as. */

export type EventField =
  'eventId' | 'accountId' | 'eventType' | 'country' | 'eventTime' | 'amount' | 'currency';

/** Other names of each field, in the order in which they are tried; the field's own name wins over all of them. */
export const FIELD_ALIASES: Readonly<Record<EventField, readonly string[]>> = {
  eventId: ['transactionId'],
  accountId: ['userId', 'payerId'],
  eventType: [],
  country: ['locationCountry'],
  eventTime: ['eventTimeStamp', 'timestamp'],
  amount: ['paymentAmount'],
  currency: [],
};

export const EVENT_FIELDS = Object.keys(FIELD_ALIASES) as readonly EventField[];

const BY_NAME = new Map<string, EventField>();
for (const field of EVENT_FIELDS) {
  BY_NAME.set(field, field);
  for (const alias of FIELD_ALIASES[field]) BY_NAME.set(alias, field);
}

/** The field that `name` stands for, whether its own name or an alias; null for attributes. */
export function eventFieldOf(name: string): EventField | null {
  return BY_NAME.get(name) ?? null;
}

/** Attributes: at most so many, with names and values of at most so many bytes. */
export const MAX_ATTRIBUTES = 64;
export const MAX_ATTRIBUTE_NAME_BYTES = 64;
export const MAX_ATTRIBUTE_VALUE_BYTES = 1024;

export const MAX_ID_BYTES = 128;
export const EVENT_TYPE_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;
