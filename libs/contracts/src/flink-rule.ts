/**
 * The rule form of the well-known Flink demo, translated into the project's own. One aggregate over the events
 * that have the aggregated field; `COUNT_FLINK` and `COUNT_WITH_RESET_FLINK` in its place mean a count of events
 * (nothing is ever reset here: an alert leaves the window as it is).
 */
import type { Rule } from './rule.js';
import { ProblemList, RuleError } from './rule-problems.js';
import type { JsonObject, RuleProblem } from './rule-problems.js';

const FIELDS = [
  'ruleId',
  'ruleState',
  'groupingKeyNames',
  'unique',
  'aggregateFieldName',
  'aggregatorFunctionType',
  'limitOperatorType',
  'limit',
  'windowMinutes',
];

const STATES: Readonly<Record<string, string>> = { ACTIVE: 'active', PAUSE: 'paused', DELETE: 'deleted' };
const FUNCTIONS: Readonly<Record<string, string>> = { SUM: 'sum', AVG: 'avg', MIN: 'min', MAX: 'max' };
const COUNTS = ['COUNT_FLINK', 'COUNT_WITH_RESET_FLINK'];
/** The demo writes operators by name in JSON and by sign in text. */
const OPERATORS: Readonly<Record<string, string>> = {
  '=': '=',
  '!=': '!=',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
  EQUAL: '=',
  NOT_EQUAL: '!=',
  GREATER: '>',
  GREATER_EQUAL: '>=',
  LESS: '<',
  LESS_EQUAL: '<=',
};

/** Our fields and the demo's, for messages that its users understand. */
const THEIR_NAMES: readonly (readonly [string, string])[] = [
  ['having[0].value', 'limit'],
  ['having[0].field', 'aggregateFieldName'],
  ['having[0].op', 'limitOperatorType'],
  ['match.has', 'aggregateFieldName'],
  ['groupBy', 'groupingKeyNames'],
  ['within', 'windowMinutes'],
  ['id', 'ruleId'],
];

export function isFlinkRule(json: JsonObject): boolean {
  return Object.hasOwn(json, 'ruleId') || Object.hasOwn(json, 'ruleState');
}

/** Reads the demo's form by way of our own, which `parse` checks. Throws `RuleError` in the demo's words. */
export function readFlinkRule(json: JsonObject, parse: (own: JsonObject) => Rule): Rule {
  const own = translate(json);
  try {
    return parse(own);
  } catch (error) {
    throw error instanceof RuleError ? new RuleError(error.problems.map(inTheirWords)) : error;
  }
}

function translate(json: JsonObject): JsonObject {
  const problems = new ProblemList();
  if (json.ruleState === 'CONTROL') {
    problems.say(
      'ruleState',
      'CONTROL',
      'ruleState CONTROL is not taken: change rules one by one, by their ruleState',
    );
    problems.throwIfAny();
  }
  problems.refuseUnknown(json, '', FIELDS);
  if (Array.isArray(json.unique) ? json.unique.length > 0 : (json.unique ?? null) !== null) {
    problems.add('unique', json.unique, 'empty or absent: nothing is judged by it');
  }
  const counts = COUNTS.includes(json.aggregateFieldName as string);
  const condition = {
    op: lookUp(problems, 'limitOperatorType', json.limitOperatorType, OPERATORS),
    value: json.limit,
  };
  const aggregate = lookUp(problems, 'aggregatorFunctionType', json.aggregatorFunctionType, FUNCTIONS);
  if (counts && aggregate !== 'sum') {
    problems.add(
      'aggregatorFunctionType',
      json.aggregatorFunctionType,
      `SUM with ${String(json.aggregateFieldName)}`,
    );
  }
  const own = {
    id: typeof json.ruleId === 'number' ? String(json.ruleId) : json.ruleId,
    type: 'velocity',
    state: lookUp(problems, 'ruleState', json.ruleState, STATES),
    match: { has: counts ? [] : [json.aggregateFieldName] },
    groupBy: json.groupingKeyNames,
    within: minutes(problems, json.windowMinutes),
    having: [
      counts
        ? { aggregate: 'count', ...condition }
        : { aggregate, field: json.aggregateFieldName, ...condition },
    ],
  };
  problems.throwIfAny();
  return own;
}

function lookUp(
  problems: ProblemList,
  field: string,
  value: unknown,
  table: Readonly<Record<string, string>>,
): string | undefined {
  if (typeof value === 'string' && Object.hasOwn(table, value)) return table[value];
  problems.add(field, value, `one of ${Object.keys(table).join(', ')}`);
  return undefined;
}

function minutes(problems: ProblemList, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && /^[1-9]\d{0,5}$/.test(text)) return `${text}m`;
  problems.add('windowMinutes', value, 'a whole number of minutes, from 1 to 43200');
  return '1m';
}

function inTheirWords({ field, value, message }: RuleProblem): RuleProblem {
  const [ours, theirs] = THEIR_NAMES.find(([name]) => field === name) ?? [field, field];
  return { field: theirs, value, message: message.replaceAll(ours, theirs) };
}
