/** Rules from JSON: the project's own form, and the Flink demo's (`flink-rule.ts`). */
import { parseScaled } from './amount.js';
import { durationToMs } from './duration.js';
import { EVENT_TYPE_PATTERN, eventFieldOf, MAX_ATTRIBUTE_NAME_BYTES } from './event-fields.js';
import { isFlinkRule, readFlinkRule } from './flink-rule.js';
import type { Aggregate, Condition, Operator, Rule, RuleState, Severity } from './rule.js';
import { isObject, ProblemList, RuleError } from './rule-problems.js';
import type { JsonObject } from './rule-problems.js';
import { nameProblem } from './text-checks.js';

const STATES: readonly RuleState[] = ['active', 'shadow', 'paused', 'deleted'];
const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical'];
const AGGREGATES: readonly Aggregate[] = ['count', 'sum', 'avg', 'min', 'max', 'distinct'];
const OPERATORS: readonly Operator[] = ['=', '!=', '>', '>=', '<', '<='];

const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** Names below `rules.` and `alerts.` that are not rules. */
const RESERVED_IDS = ['status'];
const DEFAULT_COUNTRY_WINDOW = '5m';
const MIN_WITHIN_MS = 1000;
const MAX_WITHIN_MS = 30 * 86_400_000;
/** Bounds on lists keep one rule from costing every event dearly. */
const MAX_LIST = 32;
const MAX_GROUP_FIELDS = 8;
const MAX_CONDITIONS = 16;
const MAX_LIMIT_CHARS = 64;

const BASE_FIELDS = ['id', 'type', 'state', 'severity', 'within'];
const VELOCITY_FIELDS = [...BASE_FIELDS, 'match', 'groupBy', 'having'];

/** The rule, checked. Throws `RuleError` with every problem found. */
export function parseRule(json: unknown): Rule {
  if (!isObject(json)) {
    const problems = new ProblemList();
    problems.add('rule', json, 'a JSON object');
    problems.throwIfAny();
  }
  const object = json as JsonObject;
  return isFlinkRule(object) ? readFlinkRule(object, parseOwnForm) : parseOwnForm(object);
}

/** Rules from the text of a file: a JSON array of rules, or an object with such an array as `rules`. Throws `RuleError`. */
export function parseRulesFile(text: string): Rule[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RuleError([
      { field: 'file', value: text.slice(0, 100), message: `no JSON: ${(error as Error).message}` },
    ]);
  }
  const list = isObject(json) ? json.rules : json;
  const problems = new ProblemList();
  if (!Array.isArray(list)) problems.add('file', json, 'an array of rules, or an object with one as "rules"');
  problems.throwIfAny();
  const rules = (list as unknown[]).map(parseNumbered);
  const ids = rules.map(({ id }) => id);
  ids.forEach((id, i) => {
    if (ids.indexOf(id) !== i)
      problems.say(`rules[${i}].id`, id, `rules[${i}].id ${id} stands twice in the file`);
  });
  problems.throwIfAny();
  return rules;
}

function parseNumbered(json: unknown, index: number): Rule {
  try {
    return parseRule(json);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new RuleError(
      error.problems.map(({ field, value, message }) => ({
        field: `rules[${index}].${field}`,
        value,
        message: `rules[${index}]: ${message}`,
      })),
    );
  }
}

function parseOwnForm(json: JsonObject): Rule {
  const problems = new ProblemList();
  const type = oneOf(problems, 'type', json.type, ['multi-country', 'velocity'] as const, undefined);
  const base = {
    id: readId(problems, json.id),
    state: oneOf(problems, 'state', json.state, STATES, 'active'),
    severity: oneOf(problems, 'severity', json.severity, SEVERITIES, 'medium'),
    withinMs: readWithin(
      problems,
      json.within ?? (type === 'multi-country' ? DEFAULT_COUNTRY_WINDOW : undefined),
    ),
  };
  if (type === 'multi-country') {
    problems.refuseUnknown(json, '', BASE_FIELDS);
    problems.throwIfAny();
    return { ...base, type };
  }
  if (type === 'velocity') problems.refuseUnknown(json, '', VELOCITY_FIELDS);
  const match = readMatch(problems, json.match);
  const groupBy = readGroupBy(problems, json.groupBy);
  const having = readHaving(problems, json.having);
  problems.throwIfAny();
  return { ...base, type: 'velocity', ...match, groupBy, having };
}

function readId(problems: ProblemList, value: unknown): string {
  if (typeof value !== 'string' || !ID_PATTERN.test(value)) {
    problems.add('id', value, '1 to 64 of a-z, 0-9 and "-", not beginning with "-"');
    return '';
  }
  if (RESERVED_IDS.includes(value)) problems.say('id', value, `id "${value}" is reserved; choose another`);
  return value;
}

function oneOf<T extends string>(
  problems: ProblemList,
  field: string,
  value: unknown,
  allowed: readonly T[],
  otherwise: T | undefined,
): T {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (!(allowed as readonly unknown[]).includes(value))
    problems.add(field, value, `one of ${allowed.join(', ')}`);
  return value as T;
}

function readWithin(problems: ProblemList, value: unknown): number {
  const ms = typeof value === 'string' ? durationToMs(value) : null;
  if (ms === null || ms < MIN_WITHIN_MS || ms > MAX_WITHIN_MS) {
    problems.add('within', value, 'a duration from "1s" to "30d", such as "60s", "5m" or "7d"');
    return MIN_WITHIN_MS;
  }
  return ms;
}

function readMatch(problems: ProblemList, value: unknown): { eventTypes: string[]; has: string[] } {
  if (value === undefined) return { eventTypes: [], has: [] };
  if (!isObject(value)) {
    problems.add('match', value, 'an object with "eventType" and "has"');
    return { eventTypes: [], has: [] };
  }
  problems.refuseUnknown(value, 'match', ['eventType', 'has']);
  const eventTypes = readList(problems, 'match.eventType', value.eventType, MAX_LIST);
  for (const type of eventTypes) {
    if (!EVENT_TYPE_PATTERN.test(type)) problems.add('match.eventType', type, 'event types such as "login"');
  }
  return { eventTypes, has: readFields(problems, 'match.has', value.has, MAX_LIST) };
}

function readGroupBy(problems: ProblemList, value: unknown): string[] {
  if (value === undefined) {
    problems.add('groupBy', value, 'a list of fields or attributes, such as ["accountId"]');
    return [];
  }
  const fields = readFields(problems, 'groupBy', value, MAX_GROUP_FIELDS);
  if (!fields.includes('accountId')) {
    problems.say('groupBy', value, 'groupBy must name accountId: groups across accounts are not judged yet');
  }
  return fields;
}

/** A list of texts without repeats; a single text counts as a list of one, absence as the empty list. */
function readList(problems: ProblemList, path: string, value: unknown, max: number): string[] {
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > max || !list.every((item) => typeof item === 'string')) {
    problems.add(path, value, `a list of at most ${max} texts`);
    return [];
  }
  if (new Set(list).size !== list.length) problems.say(path, value, `${path} names something twice`);
  return list as string[];
}

function readFields(problems: ProblemList, path: string, value: unknown, max: number): string[] {
  const fields = readList(problems, path, value, max).map((name) => readField(problems, path, name));
  if (new Set(fields).size !== fields.length) problems.say(path, value, `${path} names a field twice`);
  return fields;
}

/** The canonical name of a field, or the name of an attribute. */
function readField(problems: ProblemList, path: string, name: unknown): string {
  if (typeof name !== 'string' || nameProblem(name, MAX_ATTRIBUTE_NAME_BYTES) !== null) {
    problems.add(
      path,
      name,
      `the name of a field or attribute: printable, at most ${MAX_ATTRIBUTE_NAME_BYTES} bytes`,
    );
    return '';
  }
  return eventFieldOf(name) ?? name;
}

function readHaving(problems: ProblemList, value: unknown): Condition[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_CONDITIONS) {
    problems.add('having', value, `a list of 1 to ${MAX_CONDITIONS} conditions`);
    return [];
  }
  return value.map((item, i) => readCondition(problems, `having[${i}]`, item));
}

function readCondition(problems: ProblemList, path: string, value: unknown): Condition {
  if (!isObject(value)) {
    problems.add(path, value, 'an object such as {"aggregate":"count","op":">","value":3}');
    return { aggregate: 'count', field: null, op: '=', limit: 0n };
  }
  problems.refuseUnknown(value, path, ['aggregate', 'field', 'op', 'value']);
  const aggregate = oneOf(problems, `${path}.aggregate`, value.aggregate, AGGREGATES, undefined);
  return {
    aggregate,
    field: readConditionField(problems, `${path}.field`, value.field, aggregate),
    op: oneOf(problems, `${path}.op`, value.op, OPERATORS, undefined),
    limit: readLimit(problems, `${path}.value`, value.value),
  };
}

function readConditionField(
  problems: ProblemList,
  path: string,
  value: unknown,
  aggregate: Aggregate,
): string | null {
  if (aggregate === 'count') {
    if (value !== undefined)
      problems.add(path, value, 'absent for count; name the field in match.has instead');
    return null;
  }
  const field = readField(problems, path, value);
  if (aggregate !== 'distinct' && eventFieldOf(field) !== null && field !== 'amount') {
    problems.add(path, value, `amount or an attribute: ${aggregate} needs numbers`);
  }
  return field;
}

function readLimit(problems: ProblemList, path: string, value: unknown): bigint {
  const text = typeof value === 'number' ? String(value) : value;
  const scaled =
    typeof text === 'string' && text.length <= MAX_LIMIT_CHARS ? parseScaled(text) : 'not-decimal';
  if (typeof scaled === 'bigint') return scaled;
  problems.add(path, value, 'a decimal number of at most 4 decimal places, such as 3 or "1000.50"');
  return 0n;
}
