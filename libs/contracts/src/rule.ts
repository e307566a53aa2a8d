/**
 * Rules: what analysts write, and the numbered versions of it that the log carries.
 * Parsing and checking live in `rule-parser.ts`; these are the types it yields.
 */

export type RuleState = 'active' | 'shadow' | 'paused' | 'deleted';
export type RuleType = 'multi-country' | 'velocity';
export type Severity = 'low' | 'medium' | 'high' | 'critical';
export type Aggregate = 'count' | 'sum' | 'avg' | 'min' | 'max' | 'distinct';
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=';

/** One condition of a velocity rule. */
export interface Condition {
  readonly aggregate: Aggregate;
  /** Field or attribute that is aggregated; absent for `count`. */
  readonly field: string | null;
  readonly op: Operator;
  /** The limit in ten-thousandths; any size, hence a bigint. */
  readonly limit: bigint;
}

interface RuleBase {
  /** `[a-z0-9][a-z0-9-]{0,63}`, never `status`. */
  readonly id: string;
  readonly state: RuleState;
  readonly severity: Severity;
  /** Width of the window in milliseconds, 1 s to 30 days; both ends belong to it. */
  readonly withinMs: number;
}

export interface MultiCountryRule extends RuleBase {
  readonly type: 'multi-country';
}

export interface VelocityRule extends RuleBase {
  readonly type: 'velocity';
  /** Event types that count; empty means every type. */
  readonly eventTypes: readonly string[];
  /** Fields or attributes an event must have to count. */
  readonly has: readonly string[];
  /** Fields or attributes that make the group, in the rule's own order. An event that lacks one takes no part. */
  readonly groupBy: readonly string[];
  /** All must hold. Never empty. */
  readonly having: readonly Condition[];
}

export type Rule = MultiCountryRule | VelocityRule;

/** A rule as the log holds it: one message on `rules.<id>`. */
export interface RuleVersion {
  readonly rule: Rule;
  /** 1, 2, 3, … for each rule id. */
  readonly version: number;
  /** Who made the change. */
  readonly author: string;
  /** When, epoch milliseconds by the author's clock; decides nothing. */
  readonly changedAt: number;
  /** Why; may be empty. */
  readonly comment: string;
}
