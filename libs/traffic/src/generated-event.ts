/** An event as a publisher would write it: the contract's canonical names, ready for `JSON.stringify`. */
export interface GeneratedEvent {
  readonly eventId: string;
  readonly accountId: string;
  readonly eventType: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Epoch milliseconds. */
  readonly eventTime: number;
  /** Decimal text with two places; only on events that move money. */
  readonly amount?: string;
  readonly currency?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The event as one CSV line without its end; of the attributes only `beneficiaryId` has a column. */
export function toCsvLine(event: GeneratedEvent): string {
  const fixed = `${event.eventId},${event.accountId},${event.eventType},${event.country},${event.eventTime}`;
  if (event.amount === undefined) return fixed;
  const beneficiary = event.attributes.beneficiaryId;
  return beneficiary === undefined ? `${fixed},${event.amount}` : `${fixed},${event.amount},${beneficiary}`;
}
