import type { AlertMessage } from '#contracts';
import { generationBase } from '../log-generation.js';
import type { Queryable } from '../queryable.js';

export interface AlertRow {
  readonly alert: AlertMessage;
  /** Came on a shadow subject, or says so itself. */
  readonly shadow: boolean;
  /** Sequence in `ALERTS`. */
  readonly sequence: number;
}

/** A row shows the last message of its alert: it moves to a higher `stream_seq` only. */
const UPSERT = `
INSERT INTO alert AS t (alert_id, status, revision, shadow, rule_id, rule_version, rule_type, severity, account_id,
  group_key, event_id, event_time, detected_at, logged_at, reason, observed, evidence, evidence_count, shard,
  log_message, stream_seq)
SELECT r.id, r.status, r.revision, r.shadow, r."ruleId", r."ruleVersion", r."ruleType", r.severity, r."accountId",
  r."group", r."eventId", to_timestamp(r."eventTime" / 1000.0), to_timestamp(r."detectedAt" / 1000.0),
  to_timestamp(r."loggedAt" / 1000.0), r.reason, r.observed, r.evidence, r."evidenceCount", r.shard,
  r."logMessage", r.sequence + $2::int8
FROM jsonb_to_recordset($1::jsonb) AS r(id text, status text, revision int, shadow boolean, "ruleId" text,
  "ruleVersion" int, "ruleType" text, severity text, "accountId" text, "group" jsonb, "eventId" text,
  "eventTime" numeric, "detectedAt" numeric, "loggedAt" numeric, reason text, observed jsonb, evidence jsonb,
  "evidenceCount" int8, shard int, "logMessage" int8, sequence int8)
ORDER BY r.id
ON CONFLICT (alert_id) DO UPDATE SET
  status = excluded.status, revision = excluded.revision, shadow = excluded.shadow, rule_id = excluded.rule_id,
  rule_version = excluded.rule_version, rule_type = excluded.rule_type, severity = excluded.severity,
  account_id = excluded.account_id, group_key = excluded.group_key, event_id = excluded.event_id,
  event_time = excluded.event_time, detected_at = excluded.detected_at, logged_at = excluded.logged_at,
  reason = excluded.reason, observed = excluded.observed, evidence = excluded.evidence,
  evidence_count = excluded.evidence_count, shard = excluded.shard, log_message = excluded.log_message,
  stream_seq = excluded.stream_seq
WHERE excluded.stream_seq > t.stream_seq`;

/** Of several messages of one alert the last counts, whatever their order here. */
export async function upsertAlerts(
  client: Queryable,
  rows: readonly AlertRow[],
  generation: number,
): Promise<void> {
  const last = new Map<string, AlertRow>();
  for (const row of rows) {
    const known = last.get(row.alert.alertId);
    if (known === undefined || row.sequence > known.sequence) last.set(row.alert.alertId, row);
  }
  const records = JSON.stringify([...last.values()].map(recordOf));
  await client.query({
    name: 'upsert-alerts',
    text: UPSERT,
    values: [records, generationBase(generation)],
  });
}

function recordOf({ alert, shadow, sequence }: AlertRow): Record<string, unknown> {
  const { rule, source, evidence } = alert;
  return {
    id: alert.alertId,
    status: alert.kind,
    revision: alert.revision,
    shadow,
    ruleId: rule.id,
    ruleVersion: rule.version,
    ruleType: rule.type,
    severity: alert.severity,
    accountId: alert.accountId,
    group: alert.group,
    eventId: alert.eventId,
    eventTime: alert.eventTime,
    detectedAt: alert.detectedAt,
    loggedAt: alert.loggedAt,
    reason: alert.reason,
    observed: alert.observed,
    evidence: evidence.events,
    evidenceCount: evidence.count,
    shard: source.shard,
    logMessage: source.seq,
    sequence,
  };
}
