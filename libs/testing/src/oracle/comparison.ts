/**
 * Compares what an engine decided with what the evaluator expects: every message, in order, with its details.
 *
 * Two things are checked of alert ids: that they are a function of rule, group and identity, and that no two
 * of these share one.
 */
import type { AlertDecision, ConditionObservation, LateDecision, Observed } from '#contracts';
import type { ExpectedAlert, ExpectedDecisions } from './expected.js';
import { decimalText, parseDecimal } from './fields.js';
import type { History } from './history.js';
import type { ExpectedStep } from './oracle.js';
import type { RecordedDecisions, RecordedStep } from './recorded-run.js';
import type { ObservedCondition, Verdict } from './verdict.js';

const MOST_EVIDENCE = 20;

/** The first place where the two disagree, in words; `null` when they agree throughout. */
export function findDifference(
  history: History,
  expected: readonly ExpectedStep[],
  actual: readonly RecordedStep[],
): string | null {
  const names = new AlertNames();
  for (const [index, step] of expected.entries()) {
    const recorded = actual[index];
    for (const [place, decisions] of step.decisions.entries()) {
      const source = { history, step, index, place };
      const difference = compareDecisions(source, decisions, recorded.decisions[place], names);
      if (difference !== null) return `message #${index + 1}, event ${place}: ${difference}`;
    }
    if (recorded.watermarkMs !== step.watermarkMs) {
      return `message #${index + 1}: watermark ${recorded.watermarkMs}, expected ${step.watermarkMs}`;
    }
    if (step.decisions.length > 0 && recorded.disorderBoundMs !== step.disorderBoundMs) {
      return `message #${index + 1}: bound ${recorded.disorderBoundMs}, expected ${step.disorderBoundMs}`;
    }
    if (recorded.counters.entries !== step.entries) {
      return `message #${index + 1}: ${recorded.counters.entries} entries held, expected ${step.entries}`;
    }
  }
  return null;
}

/** Where in the history a decision was made. */
interface Source {
  readonly history: History;
  readonly step: ExpectedStep;
  readonly index: number;
  readonly place: number;
}

function compareDecisions(
  source: Source,
  expected: ExpectedDecisions,
  actual: RecordedDecisions,
  names: AlertNames,
): string | null {
  const late = expected.late === null ? [] : [describeExpectedLate(source, expected)];
  const difference = firstDifference('late', late, actual.late.map(describeLate));
  if (difference !== null) return difference;
  const wanted = expected.alerts.map((alert) => describeExpected(source, alert));
  const got = actual.alerts.map((alert, i) => describe(alert, expected.alerts[i]?.verdict.conditions ?? []));
  for (const [i, alert] of expected.alerts.entries()) {
    if (wanted[i] !== got[i]) break;
    const problem = names.check(alert, actual.alerts[i]) ?? names.checkDetails(alert, actual.alerts[i]);
    if (problem !== null) return problem;
  }
  const loggedAt = [source.step.nowMs, source.history.log[source.index].logTimeMs];
  const misplaced = [...actual.alerts, ...actual.late].find((made) => !loggedAt.includes(made.loggedAt));
  if (misplaced !== undefined) return `loggedAt is ${misplaced.loggedAt}, not ${loggedAt.join(' or ')}`;
  return firstDifference('alerts', wanted, got);
}

function firstDifference(
  what: string,
  expected: readonly string[],
  actual: readonly string[],
): string | null {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] === actual[i]) continue;
    return `${what}[${i}] differ\n  expected: ${expected[i] ?? 'nothing'}\n  actual:   ${actual[i] ?? 'nothing'}`;
  }
  return null;
}

function describeExpectedLate(source: Source, { late }: ExpectedDecisions): string {
  const { accountId, eventId, eventTime } = late!.event;
  const place = [source.history.settings.shard, source.index + 1, source.place];
  return JSON.stringify([
    accountId,
    eventId,
    eventTime,
    late!.rules.map(({ id, version }) => [id, version]),
    place,
  ]);
}

function describeLate({ accountId, eventId, eventTime, rules, source }: LateDecision): string {
  const place = [source.shard, source.seq, source.index];
  return JSON.stringify([
    accountId,
    eventId,
    eventTime,
    rules.map(({ id, version }) => [id, version]),
    place,
  ]);
}

function describeExpected({ history, index }: Source, alert: ExpectedAlert): string {
  const { rule, version } = alert.version;
  const { accountId, eventId, eventTime } = alert.event;
  const evidence = alert.verdict.evidence
    .slice(0, MOST_EVIDENCE)
    .map((event) => [event.eventId, event.accountId, event.eventType, event.eventTime, event.country])
    .map((fields, i) => [...fields, amountText(alert.verdict.evidence[i].amount)]);
  return JSON.stringify({
    kind: alert.kind,
    revision: alert.revision,
    rule: [rule.id, version, rule.type],
    shadow: rule.state === 'shadow',
    severity: rule.severity,
    judged: [accountId, eventId, eventTime],
    group: alert.group,
    observed: observedText(alert.verdict, alert),
    evidence: [alert.verdict.evidence.length, evidence],
    source: [history.settings.shard, index + 1],
  });
}

function describe(alert: AlertDecision, conditions: readonly ObservedCondition[]): string {
  const { rule, evidence } = alert;
  return JSON.stringify({
    kind: alert.kind,
    revision: alert.revision,
    rule: [rule.id, rule.version, rule.type],
    shadow: alert.shadow,
    severity: alert.severity,
    judged: [alert.accountId, alert.eventId, alert.eventTime],
    group: Object.entries(alert.group),
    observed: normalizedObserved(alert.observed, conditions),
    evidence: [
      evidence.count,
      evidence.events.map((item) => [
        item.eventId,
        item.accountId,
        item.eventType,
        item.eventTime,
        item.country,
        item.amount,
      ]),
    ],
    source: [alert.source.shard, alert.source.seq],
  });
}

function observedText(verdict: Verdict, { event }: ExpectedAlert): unknown {
  if (verdict.previous !== null) {
    const { country, eventTime } = verdict.previous;
    return [country, event.country, event.eventTime - eventTime];
  }
  return verdict.conditions.map(({ condition, numerator, denominator }) => [
    condition.aggregate,
    condition.field,
    condition.op,
    numerator % denominator === 0n ? decimalText(numerator / denominator) : 'a fraction',
    decimalText(condition.limit),
  ]);
}

function normalizedObserved(observed: Observed, expected: readonly ObservedCondition[]): unknown {
  if (!('conditions' in observed)) return [observed.previousCountry, observed.country, observed.apartMs];
  return observed.conditions.map((condition, i) => [
    condition.aggregate,
    condition.field,
    condition.op,
    normalizedValue(condition, expected[i]),
    normalizedDecimal(condition.limit),
  ]);
}

/** An average need not have a short decimal: then its text may be off by one unit of its last digit. */
function normalizedValue({ value }: ConditionObservation, expected: ObservedCondition | undefined): string {
  if (expected === undefined || expected.numerator % expected.denominator === 0n)
    return normalizedDecimal(value);
  const exact = Number(expected.numerator) / Number(expected.denominator) / 10_000;
  const tolerance = 0.000_11 + Math.abs(exact) * 1e-12;
  return Math.abs(Number(value) - exact) <= tolerance ? 'a fraction' : value;
}

function normalizedDecimal(text: string): string {
  const scaled = parseDecimal(text);
  return scaled === null ? text : decimalText(scaled);
}

function amountText(scaled: number | null): string | null {
  return scaled === null ? null : decimalText(BigInt(scaled));
}

/** The ids given to alerts so far, and what each was raised with. */
class AlertNames {
  private readonly idOfKey = new Map<string, string>();
  private readonly keyOfId = new Map<string, string>();
  private readonly raisings = new Map<string, AlertDecision>();

  check({ key }: ExpectedAlert, { alertId }: AlertDecision): string | null {
    const known = this.idOfKey.get(key) ?? alertId;
    const owner = this.keyOfId.get(alertId) ?? key;
    this.idOfKey.set(key, alertId);
    this.keyOfId.set(alertId, key);
    if (known !== alertId) return `${key} is called ${alertId}, and was called ${known}`;
    return owner === key ? null : `${alertId} names ${key}, and names ${owner} already`;
  }

  /** A retraction repeats its raising, but for kind, place and time. */
  checkDetails(_expected: ExpectedAlert, actual: AlertDecision): string | null {
    if (actual.kind === 'raised') {
      this.raisings.set(actual.alertId, actual);
      return actual.reason.length > 0 ? null : `${actual.alertId} gives no reason`;
    }
    const raising = detailsText(this.raisings.get(actual.alertId)!);
    const details = detailsText(actual);
    return details === raising
      ? null
      : `a retraction changes details\n  raised: ${raising}\n  now:    ${details}`;
  }
}

function detailsText(alert: AlertDecision): string {
  return JSON.stringify({ ...alert, kind: null, source: null, loggedAt: null });
}
