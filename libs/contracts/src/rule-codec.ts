/** Rules and their versions as JSON: what the log carries, and what `parseRule` reads back. */
import { formatAmount } from './amount.js';
import { formatDuration } from './duration.js';
import { decodeJsonObject, encodeJson, MessageError, requireFields } from './message-json.js';
import { parseRule } from './rule-parser.js';
import { RuleError } from './rule-problems.js';
import type { Condition, Rule, RuleVersion } from './rule.js';

/** The rule in the form in which its authors write it; limits are decimal texts. */
export function ruleToJson(rule: Rule): Record<string, unknown> {
  const { id, type, state, severity } = rule;
  const within = formatDuration(rule.withinMs);
  if (rule.type === 'multi-country') return { id, type, state, severity, within };
  return {
    id,
    type,
    state,
    severity,
    match: { eventType: rule.eventTypes, has: rule.has },
    groupBy: rule.groupBy,
    within,
    having: rule.having.map(conditionToJson),
  };
}

function conditionToJson({ aggregate, field, op, limit }: Condition): Record<string, unknown> {
  const value = formatAmount(limit);
  return field === null ? { aggregate, op, value } : { aggregate, field, op, value };
}

export function encodeRuleVersion({ rule, version, author, changedAt, comment }: RuleVersion): Uint8Array {
  return encodeJson({ rule: ruleToJson(rule), version, author, changedAt, comment });
}

/** Throws `MessageError` when the bytes are no rule version. */
export function decodeRuleVersion(bytes: Uint8Array): RuleVersion {
  const value = decodeJsonObject(bytes, 'rule version');
  requireFields(value, 'rule version', {
    rule: 'object',
    version: 'number',
    author: 'string',
    changedAt: 'number',
    comment: 'string',
  });
  const { version, author, changedAt, comment } = value as unknown as RuleVersion;
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new MessageError(`rule version's version must be an integer from 1 on, got ${version}`);
  }
  return { rule: readRule(value.rule), version, author, changedAt, comment };
}

function readRule(json: unknown): Rule {
  try {
    return parseRule(json);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new MessageError(`rule version holds no rule: ${error.message}`, { cause: error });
  }
}
