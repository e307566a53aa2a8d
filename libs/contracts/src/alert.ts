/** Alerts and retractions, as published on `alerts.<ruleId>.<accountId>`. */
import type { RuleType, Severity } from './rule.js';

export type AlertKind = 'raised' | 'retracted';

/** One condition's value beside its limit, both as decimal text; for `multi-country` see `CountryObservation`. */
export interface ConditionObservation {
  readonly aggregate: string;
  readonly field: string | null;
  readonly op: string;
  readonly value: string;
  readonly limit: string;
}

export interface CountryObservation {
  readonly previousCountry: string;
  readonly country: string;
  /** Milliseconds between the two logins. */
  readonly apartMs: number;
}

export type Observed = CountryObservation | { readonly conditions: readonly ConditionObservation[] };

/** One contributing event. */
export interface EvidenceItem {
  readonly eventId: string;
  readonly accountId: string;
  readonly eventType: string;
  /** Epoch milliseconds. */
  readonly eventTime: number;
  readonly country: string | null;
  /** Decimal text. */
  readonly amount: string | null;
}

export interface Evidence {
  /** At most 20, newest first. */
  readonly events: readonly EvidenceItem[];
  /** How many events contributed in all. */
  readonly count: number;
}

/** What the engine decides: the alert without the things only a process knows (clock, subject). */
export interface AlertDecision {
  /** A function of rule id, group and triggering identity. */
  readonly alertId: string;
  readonly kind: AlertKind;
  /** 1 at the first raising; a retraction carries the revision it ends; the next raising has the next. */
  readonly revision: number;
  readonly rule: { readonly id: string; readonly version: number; readonly type: RuleType };
  /** Judged by a rule in state `shadow`: recorded, not published to subscribers. */
  readonly shadow: boolean;
  readonly severity: Severity;
  readonly accountId: string;
  /** The group's fields and values, in the rule's order; `{accountId}` for `multi-country`. */
  readonly group: Readonly<Record<string, string>>;
  readonly eventId: string;
  readonly eventTime: number;
  /** One sentence a person understands. */
  readonly reason: string;
  readonly observed: Observed;
  readonly evidence: Evidence;
  /** Shard, and the sequence of the log message that led to the decision. */
  readonly source: { readonly shard: number; readonly seq: number };
  /** Log time of that message, epoch milliseconds. */
  readonly loggedAt: number;
}

/** The JSON body of an alert message. Times are epoch milliseconds. */
export interface AlertMessage extends Omit<AlertDecision, 'shadow'> {
  readonly shadow?: true;
  /** When the detector decided, by its clock; differs between a run and its replay, everything else does not. */
  readonly detectedAt: number;
}

/** Names one message in `ALERTS` for good: a replay of the log gives the same decision the same id. */
export function alertMessageId(
  alert: Pick<AlertDecision, 'alertId' | 'revision' | 'kind' | 'source'>,
): string {
  return `${alert.alertId}.${alert.revision}.${alert.kind}.${alert.source.seq}`;
}

/** A late event: some rules could not judge it, since the history their windows reach down to was let go. */
export interface LateDecision {
  readonly accountId: string;
  readonly eventId: string;
  readonly eventTime: number;
  /** Rules that did not judge the event, sorted. */
  readonly rules: readonly { readonly id: string; readonly version: number }[];
  readonly source: { readonly shard: number; readonly seq: number; readonly index: number };
  readonly loggedAt: number;
}
