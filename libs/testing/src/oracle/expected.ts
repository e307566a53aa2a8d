/** What the evaluator expects to be decided. */
import type { AccountEvent, RuleVersion } from '#contracts';
import type { Verdict } from './verdict.js';

export interface ExpectedAlert {
  readonly kind: 'raised' | 'retracted';
  readonly revision: number;
  /** How often the actor has taken in the identity: above 1 when it has forgotten it in between. */
  readonly spell: number;
  /** Rule id, group and identity as one text: what the alert's id is a function of. */
  readonly key: string;
  readonly version: RuleVersion;
  readonly group: readonly (readonly [name: string, text: string])[];
  /** The judged event as it was at the raising. */
  readonly event: AccountEvent;
  readonly verdict: Verdict;
}

export interface ExpectedLate {
  readonly event: AccountEvent;
  /** By rule id, then version. */
  readonly rules: readonly { readonly id: string; readonly version: number }[];
}

/** What one arrival leads to. */
export interface ExpectedDecisions {
  /**
   * Whether some rule goes without the arrival, told or not: it came too late to replace what the rule keeps,
   * or what it would have replaced was let go.
   */
  readonly isTooLate: boolean;
  readonly late: ExpectedLate | null;
  readonly alerts: readonly ExpectedAlert[];
}

/** The text that names an alert: equal for equal rule, group and identity, and only then. */
export function alertKey(
  ruleId: string,
  group: readonly (readonly [string, string])[],
  event: AccountEvent,
): string {
  return JSON.stringify([ruleId, group, event.accountId, event.eventTime, event.eventId]);
}
