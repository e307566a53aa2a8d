/** What one rule says of one event, given the whole history: no state, nothing incremental. */
import type { AccountEvent, Condition, MultiCountryRule, Operator, Rule, VelocityRule } from '#contracts';
import { fieldNumber, fieldText, sameGroup } from './fields.js';
import { compareEvents } from './order.js';

/** A condition's value as an exact fraction: `numerator / denominator` ten-thousandths. */
export interface ObservedCondition {
  readonly condition: Condition;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export interface Verdict {
  readonly holds: boolean;
  /** For `multi-country`: the login that the judged one is compared with. */
  readonly previous: AccountEvent | null;
  /** For `velocity`: each condition with its value, in the rule's order. */
  readonly conditions: readonly ObservedCondition[];
  /** The contributing events, newest first, all of them. */
  readonly evidence: readonly AccountEvent[];
}

const NO: Verdict = { holds: false, previous: null, conditions: [], evidence: [] };

/** Judges `event`, one of `history`, by the rule. `history` holds what matters to the rule, in any order. */
export function judge(rule: Rule, history: readonly AccountEvent[], event: AccountEvent): Verdict {
  return rule.type === 'multi-country'
    ? judgeCountries(rule, history, event)
    : judgeVelocity(rule, history, event);
}

function judgeCountries(
  rule: MultiCountryRule,
  history: readonly AccountEvent[],
  login: AccountEvent,
): Verdict {
  if (login.eventType !== 'login') return NO;
  const candidates = history.filter(
    (earlier) =>
      earlier.eventType === 'login' &&
      earlier.country !== login.country &&
      compareEvents(earlier, login) < 0 &&
      login.eventTime - earlier.eventTime <= rule.withinMs &&
      !history.some((between) => isLogOutBetween(between, earlier, login)),
  );
  if (candidates.length === 0) return NO;
  const previous = candidates.reduce((a, b) => (compareEvents(a, b) > 0 ? a : b));
  return { holds: true, previous, conditions: [], evidence: [login, previous] };
}

function isLogOutBetween(event: AccountEvent, from: AccountEvent, to: AccountEvent): boolean {
  return event.eventType === 'log-out' && compareEvents(from, event) < 0 && compareEvents(event, to) < 0;
}

function judgeVelocity(rule: VelocityRule, history: readonly AccountEvent[], event: AccountEvent): Verdict {
  const window = history.filter(
    (other) =>
      sameGroup(rule, other, event) &&
      compareEvents(other, event) <= 0 &&
      other.eventTime >= event.eventTime - rule.withinMs,
  );
  const conditions: ObservedCondition[] = [];
  for (const condition of rule.having) {
    const value = aggregate(condition, window);
    if (value === null) return NO;
    const [numerator, denominator] = value;
    if (!compares(condition.op, numerator, condition.limit * denominator)) return NO;
    conditions.push({ condition, numerator, denominator });
  }
  window.sort((a, b) => compareEvents(b, a));
  return { holds: true, previous: null, conditions, evidence: window };
}

/** The value as numerator and denominator, or `null` when no event of the window has the field. */
function aggregate(condition: Condition, window: readonly AccountEvent[]): [bigint, bigint] | null {
  if (condition.aggregate === 'count') return [BigInt(window.length) * 10_000n, 1n];
  const field = condition.field as string;
  if (condition.aggregate === 'distinct') {
    const texts = window.map((event) => fieldText(event, field)).filter((text) => text !== null);
    return texts.length === 0 ? null : [BigInt(new Set(texts).size) * 10_000n, 1n];
  }
  const numbers = window.map((event) => fieldNumber(event, field)).filter((number) => number !== null);
  if (numbers.length === 0) return null;
  switch (condition.aggregate) {
    case 'sum':
      return [total(numbers), 1n];
    case 'avg':
      return [total(numbers), BigInt(numbers.length)];
    case 'min':
      return [numbers.reduce((a, b) => (a < b ? a : b)), 1n];
    case 'max':
      return [numbers.reduce((a, b) => (a > b ? a : b)), 1n];
  }
}

function total(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => a + b, 0n);
}

function compares(op: Operator, value: bigint, limit: bigint): boolean {
  switch (op) {
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
  }
}
