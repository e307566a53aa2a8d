/** What an alert says of the facts at its raising, and a short text of it for the ledger. */
import type { Evidence, EvidenceItem, Observed } from '#contracts';

export interface AlertDetails {
  readonly group: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly observed: Observed;
  readonly evidence: Evidence;
}

type ItemRow = [id: string, type: string, time: number, country: string | null, amount: string | null];
type Row = [
  group: Record<string, string>,
  reason: string,
  observed: Observed,
  count: number,
  items: ItemRow[],
];

/** The account is left out of the evidence's items: it is that of the group. */
export function detailsToText({ group, reason, observed, evidence }: AlertDetails): string {
  const items = evidence.events.map((each): ItemRow => {
    return [each.eventId, each.eventType, each.eventTime, each.country, each.amount];
  });
  return JSON.stringify([group, reason, observed, evidence.count, items]);
}

/** The items' account is empty: see `withAccount`. */
export function detailsFromText(text: string): AlertDetails {
  const [group, reason, observed, count, items] = JSON.parse(text) as Row;
  const events = items.map(([eventId, eventType, eventTime, country, amount]): EvidenceItem => {
    return { eventId, accountId: '', eventType, eventTime, country, amount };
  });
  return { group, reason, observed, evidence: { events, count } };
}

export function withAccount(details: AlertDetails, accountId: string): AlertDetails {
  const events = details.evidence.events.map((each) => ({ ...each, accountId }));
  return { ...details, evidence: { ...details.evidence, events } };
}
