/**
 * The event: one action on one account, as every part past ingest sees it.
 * Whatever reaches this type has been validated; nothing behind ingest checks again.
 */

/** How an attribute's value was written; comparison goes by `text` alone. */
export type AttributeKind = 'string' | 'number' | 'boolean';

/** One attribute. `text` is canonical: the number 42.0, the number 42 and the string "42" all read `42`. */
export interface Attribute {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly text: string;
}

/** A validated event. Absent fields are `null`, so that all events share one hidden class. */
export interface AccountEvent {
  /** 1 to 128 bytes of printable UTF-8 without white space. */
  readonly eventId: string;
  /** As `eventId`; integers were turned into their decimal digits. */
  readonly accountId: string;
  /** `[a-z][a-z0-9-]{0,31}`. */
  readonly eventType: string;
  /** Epoch milliseconds, an integer, from the year 2000 on. */
  readonly eventTime: number;
  /** ISO 3166-1 alpha-2 in capitals, or `ZZ` for "other". */
  readonly country: string | null;
  /** Ten-thousandths of the currency's unit: a safe integer of magnitude up to 1e15. */
  readonly amount: number | null;
  /** ISO 4217, three capitals. */
  readonly currency: string | null;
  /** Sorted by name (UTF-16 order), each name once; names of event fields never appear here. */
  readonly attributes: readonly Attribute[];
}

/** Shared by all events without attributes. */
export const NO_ATTRIBUTES: readonly Attribute[] = Object.freeze([]);

/** What names an event: two deliveries with the same identity are versions of one event. */
export interface EventIdentity {
  readonly accountId: string;
  readonly eventTime: number;
  readonly eventId: string;
}

export const LOGIN = 'login';
export const LOG_OUT = 'log-out';

/** Whether two versions of one identity say the same: such a version is a duplicate, not a correction. */
export function sameContent(a: AccountEvent, b: AccountEvent): boolean {
  if (a.eventType !== b.eventType || a.country !== b.country) return false;
  if (a.amount !== b.amount || a.currency !== b.currency) return false;
  if (a.attributes.length !== b.attributes.length) return false;
  return a.attributes.every((attribute, i) => {
    const other = b.attributes[i];
    return attribute.name === other.name && attribute.kind === other.kind && attribute.text === other.text;
  });
}
