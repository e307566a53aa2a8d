/**
 * What a random history is made of, before times and references are worked out.
 *
 * Everything is small on purpose: few accounts, ids, countries and amounts, and times that are sums of the
 * very spans that decide (windows, lateness, sweeps), so that ties and exact boundaries are the rule.
 */
import type { Aggregate, Operator, RuleState, Severity } from '#contracts';

export interface SettingsDraft {
  readonly allowedLatenessMs: number;
  readonly sweepIntervalMs: number;
  readonly letGoMarkMs: number;
  readonly maxActorHistory: number;
}

export interface ConditionDraft {
  readonly aggregate: Aggregate;
  readonly field: string | null;
  readonly op: Operator;
  readonly limit: bigint;
}

export interface RuleDraft {
  /** `null`: a multi-country rule. */
  readonly velocity: {
    readonly eventTypes: readonly string[];
    readonly has: readonly string[];
    readonly groupBy: readonly string[];
    readonly having: readonly ConditionDraft[];
  } | null;
  readonly withinMs: number;
  readonly state: RuleState;
  readonly severity: Severity;
}

export interface ContentDraft {
  readonly eventType: string;
  readonly country: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly beneficiaryId: string | null;
  readonly score: { readonly kind: 'string' | 'number'; readonly text: string } | null;
}

/** An event time: an anchor, moved by a deciding span and by a millisecond or none. */
export interface TimeDraft {
  /** The log's clock, a day years ago, or the time of an earlier event. */
  readonly anchor: 'log' | 'old' | 'earlier';
  readonly back: number;
  readonly direction: -1 | 0 | 1;
  readonly span: number;
  readonly jitterMs: number;
}

/** How much log time passes before a message. */
export interface GapDraft {
  readonly span: number;
  readonly jitterMs: number;
}

interface Timed {
  readonly gap: GapDraft;
}

interface Delivered extends Timed {
  /** Put into the frame before it, if a frame came before; then no time passes. */
  readonly joinsFrame: boolean;
}

export interface NewEventDraft extends Delivered {
  readonly kind: 'event';
  readonly account: number;
  readonly id: number;
  readonly time: TimeDraft;
  readonly content: ContentDraft;
}

/** Many like events at once: windows wider than the evidence that an alert shows. */
export interface BurstDraft extends Timed {
  readonly kind: 'burst';
  readonly account: number;
  readonly count: number;
  readonly apartMs: number;
  readonly time: TimeDraft;
  readonly content: ContentDraft;
}

/** A delivery `back` deliveries ago comes once more. */
export interface RepeatDraft extends Delivered {
  readonly kind: 'repeat';
  readonly back: number;
}

/** The identity delivered `back` deliveries ago comes with other content: one field of it, or all. */
export interface CorrectionDraft extends Delivered {
  readonly kind: 'correction';
  readonly back: number;
  readonly fields: keyof ContentDraft | 'all';
  readonly content: ContentDraft;
}

export interface RuleChangeDraft extends Timed {
  readonly kind: 'rule';
  readonly rule: number;
  /** A new definition, or a new state of the one that stands. */
  readonly change: RuleDraft | RuleState;
}

export interface TickDraft extends Timed {
  readonly kind: 'tick';
}

export type DeliveryDraft = NewEventDraft | RepeatDraft | CorrectionDraft;
export type StepDraft = DeliveryDraft | BurstDraft | RuleChangeDraft | TickDraft;

export interface HistoryDraft {
  readonly settings: SettingsDraft;
  readonly rules: readonly RuleDraft[];
  readonly steps: readonly StepDraft[];
}
