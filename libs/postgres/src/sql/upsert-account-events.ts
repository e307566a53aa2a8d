import { BinaryColumn, TYPE_OID } from '../binary-column.js';
import { attributesToJson } from '../attributes-json.js';
import type { EventRow } from '../event-rows.js';
import type { Queryable } from '../queryable.js';

/**
 * A row only ever moves to a later place, and its first place only to an earlier one: whatever the order and however
 * often rows arrive, the table ends up the same. Unnesting in the select list, not as a table, spares the server a
 * copy of each column.
 */
const UPSERT = `
INSERT INTO account_event AS t (event_time, log_seq, first_log_seq, account_id, event_id, event_type, country, amount,
  currency, attributes)
SELECT unnest($1::timestamptz[]), unnest($2::int8[]), unnest($3::int8[]), unnest($4::text[]), unnest($5::text[]),
  unnest($6::text[]), unnest($7::text[]), unnest($8::numeric[]), unnest($9::text[]), unnest($10::jsonb[])
ON CONFLICT (event_time, account_id, event_id) DO UPDATE SET
  event_type = CASE WHEN excluded.log_seq > t.log_seq THEN excluded.event_type ELSE t.event_type END,
  country = CASE WHEN excluded.log_seq > t.log_seq THEN excluded.country ELSE t.country END,
  amount = CASE WHEN excluded.log_seq > t.log_seq THEN excluded.amount ELSE t.amount END,
  currency = CASE WHEN excluded.log_seq > t.log_seq THEN excluded.currency ELSE t.currency END,
  attributes = CASE WHEN excluded.log_seq > t.log_seq THEN excluded.attributes ELSE t.attributes END,
  log_seq = GREATEST(excluded.log_seq, t.log_seq),
  first_log_seq = LEAST(excluded.first_log_seq, t.first_log_seq)
WHERE excluded.log_seq > t.log_seq OR excluded.first_log_seq < t.first_log_seq`;

/** Bytes that most values of a column need, length included; columns grow when that is not enough. */
const USUAL_BYTES = { fixed: 12, id: 44, word: 16, json: 64 };

/** Writes rows that `mergeVersions` has put in order. `generation` is that of the log they come from. */
export async function upsertAccountEvents(
  client: Queryable,
  rows: readonly EventRow[],
  generation: number,
): Promise<void> {
  await client.query({ name: 'upsert-account-events', text: UPSERT, values: columnsOf(rows, generation) });
}

function columnsOf(rows: readonly EventRow[], generation: number): Buffer[] {
  const column = (oid: number, bytes: number) => new BinaryColumn(oid, 32 + rows.length * bytes);
  const time = column(TYPE_OID.timestamptz, USUAL_BYTES.fixed);
  const place = column(TYPE_OID.int8, USUAL_BYTES.fixed);
  const first = column(TYPE_OID.int8, USUAL_BYTES.fixed);
  const account = column(TYPE_OID.text, USUAL_BYTES.word);
  const id = column(TYPE_OID.text, USUAL_BYTES.id);
  const type = column(TYPE_OID.text, USUAL_BYTES.word);
  const country = column(TYPE_OID.text, USUAL_BYTES.word);
  const amount = column(TYPE_OID.numeric, USUAL_BYTES.word);
  const currency = column(TYPE_OID.text, USUAL_BYTES.word);
  const attributes = column(TYPE_OID.jsonb, USUAL_BYTES.json);
  for (const { event, place: at, firstPlace } of rows) {
    time.pushTime(event.eventTime);
    place.pushPlace(at, generation);
    first.pushPlace(firstPlace, generation);
    account.pushText(event.accountId);
    id.pushText(event.eventId);
    type.pushText(event.eventType);
    country.pushText(event.country);
    amount.pushTenThousandths(event.amount);
    currency.pushText(event.currency);
    attributes.pushJsonb(attributesToJson(event.attributes));
  }
  return [time, place, first, account, id, type, country, amount, currency, attributes].map((c) =>
    c.finish(),
  );
}
