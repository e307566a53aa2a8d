import { logPlace, type LateDecision } from '#contracts';
import { generationBase } from '../log-generation.js';
import type { Queryable } from '../queryable.js';

/** A place in the log says the same thing each time, so the first row of it stands. */
const INSERT = `
INSERT INTO late_event (log_seq, account_id, event_id, event_time, rules, shard, logged_at)
SELECT r.place + $2::int8, r."accountId", r."eventId", to_timestamp(r."eventTime" / 1000.0), r.rules, r.shard,
  to_timestamp(r."loggedAt" / 1000.0)
FROM jsonb_to_recordset($1::jsonb) AS r(place int8, "accountId" text, "eventId" text, "eventTime" numeric,
  rules jsonb, shard int, "loggedAt" numeric)
ORDER BY r.place
ON CONFLICT (log_seq) DO NOTHING`;

export async function insertLateEvents(
  client: Queryable,
  rows: readonly LateDecision[],
  generation: number,
): Promise<void> {
  const records = rows.map(({ source, accountId, eventId, eventTime, rules, loggedAt }) => ({
    place: logPlace(source.seq, source.index),
    accountId,
    eventId,
    eventTime,
    rules,
    shard: source.shard,
    loggedAt,
  }));
  await client.query({
    name: 'insert-late-events',
    text: INSERT,
    values: [JSON.stringify(records), generationBase(generation)],
  });
}
