/** Rows of `account_event` before they are written. */
import type { AccountEvent } from '#contracts';

export interface EventRow {
  readonly event: AccountEvent;
  /** Place in the log (`logPlace`) of this version. */
  readonly place: number;
  /** Place of the first version of the identity that the batch knows of. */
  readonly firstPlace: number;
}

/**
 * The rows in key order, each identity once: the version with the highest place, with the lowest first place.
 * PostgreSQL refuses to update one row twice in a statement, and writers that go in one order never wait for each
 * other in a circle. The order is by UTF-16 units: any total order will do.
 */
export function mergeVersions(rows: EventRow[]): EventRow[] {
  const sorted = rows.sort(compareRows);
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) {
    const row = sorted[i];
    if (kept > 0 && sameKey(sorted[kept - 1].event, row.event)) {
      sorted[kept - 1] = newest(sorted[kept - 1], row);
    } else {
      sorted[kept++] = row;
    }
  }
  sorted.length = kept;
  return sorted;
}

function newest(a: EventRow, b: EventRow): EventRow {
  const later = b.place > a.place ? b : a;
  const firstPlace = Math.min(a.firstPlace, b.firstPlace);
  return { event: later.event, place: later.place, firstPlace };
}

function compareRows(a: EventRow, b: EventRow): number {
  const x = a.event;
  const y = b.event;
  if (x.eventTime !== y.eventTime) return x.eventTime - y.eventTime;
  if (x.accountId !== y.accountId) return x.accountId < y.accountId ? -1 : 1;
  if (x.eventId !== y.eventId) return x.eventId < y.eventId ? -1 : 1;
  return a.place - b.place;
}

function sameKey(a: AccountEvent, b: AccountEvent): boolean {
  return a.eventTime === b.eventTime && a.accountId === b.accountId && a.eventId === b.eventId;
}
