import { ruleToJson, type RuleVersion } from '#contracts';
import { generationBase } from '../log-generation.js';
import type { Queryable } from '../queryable.js';

export interface RuleVersionRow {
  readonly version: RuleVersion;
  /** Sequence in `EVENTS`. */
  readonly sequence: number;
}

const UPSERT = `
INSERT INTO rule_version AS t (rule_id, version, state, type, severity, author, changed_at, comment, definition,
  log_message)
SELECT r.id, r.version, r.state, r.type, r.severity, r.author, to_timestamp(r."changedAt" / 1000.0), r.comment,
  r.definition, r.sequence + $2::int8
FROM jsonb_to_recordset($1::jsonb) AS r(id text, version int, state text, type text, severity text, author text,
  "changedAt" numeric, comment text, definition jsonb, sequence int8)
ORDER BY r.id, r.version
ON CONFLICT (rule_id, version) DO UPDATE SET
  state = excluded.state, type = excluded.type, severity = excluded.severity, author = excluded.author,
  changed_at = excluded.changed_at, comment = excluded.comment, definition = excluded.definition,
  log_message = excluded.log_message
WHERE excluded.log_message > t.log_message`;

export async function upsertRuleVersions(
  client: Queryable,
  rows: readonly RuleVersionRow[],
  generation: number,
): Promise<void> {
  const last = new Map<string, RuleVersionRow>();
  for (const row of rows) {
    const key = `${row.version.rule.id} ${row.version.version}`;
    const known = last.get(key);
    if (known === undefined || row.sequence > known.sequence) last.set(key, row);
  }
  const records = [...last.values()].map(
    ({ version: { rule, version, author, changedAt, comment }, sequence }) => ({
      id: rule.id,
      version,
      state: rule.state,
      type: rule.type,
      severity: rule.severity,
      author,
      changedAt,
      comment,
      definition: ruleToJson(rule),
      sequence,
    }),
  );
  await client.query({
    name: 'upsert-rule-versions',
    text: UPSERT,
    values: [JSON.stringify(records), generationBase(generation)],
  });
}
