/** Scenarios for the engine: given rules, when these events arrive, then these messages were made. */
import type { AccountEvent, AlertDecision, LateDecision, Rule, RuleVersion, VelocityRule } from '#contracts';
import { NO_ATTRIBUTES } from '#contracts';
import { DEFAULT_ENGINE_SETTINGS, type EngineSettings } from '../src/api.js';
import { ShardEngine } from '../src/shard-engine.js';
import { DEFAULT_ENGINE_TUNING, type EngineTuning } from '../src/shard-state.js';

export const T = 1_760_000_000_000;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

export interface EventFields extends Partial<Omit<AccountEvent, 'attributes'>> {
  /** Event time after `T`, ms. */
  readonly t?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function makeEvent({ t = 0, attributes, ...fields }: EventFields): AccountEvent {
  const names = Object.keys(attributes ?? {}).sort();
  return {
    eventId: 'e',
    accountId: 'a',
    eventType: 'login',
    eventTime: T + t,
    country: null,
    amount: null,
    currency: null,
    ...fields,
    attributes:
      names.length === 0
        ? NO_ATTRIBUTES
        : names.map((name) => ({ name, kind: 'string', text: attributes![name] })),
  };
}

export const countryRule: Rule = {
  type: 'multi-country',
  id: 'countries',
  state: 'active',
  severity: 'high',
  withinMs: 5 * MINUTE,
};

export function velocityRule(fields: Partial<VelocityRule>): VelocityRule {
  return {
    type: 'velocity',
    id: 'velocity',
    state: 'active',
    severity: 'high',
    withinMs: MINUTE,
    eventTypes: [],
    has: [],
    groupBy: ['accountId'],
    having: [{ aggregate: 'count', field: null, op: '>', limit: 10_000n }],
    ...fields,
  };
}

export class Scenario {
  readonly engine: ShardEngine;
  readonly alerts: AlertDecision[] = [];
  readonly late: LateDecision[] = [];
  private sequence = 0;
  private now = T;
  private readonly versions = new Map<string, number>();

  constructor(settings: Partial<EngineSettings> = {}, tuning: EngineTuning = DEFAULT_ENGINE_TUNING) {
    this.engine = new ShardEngine({ shard: 3, ...DEFAULT_ENGINE_SETTINGS, ...settings }, tuning);
  }

  /** A new version of each rule comes into force. */
  given(...rules: Rule[]): this {
    for (const rule of rules) {
      const version = (this.versions.get(rule.id) ?? 0) + 1;
      this.versions.set(rule.id, version);
      const change: RuleVersion = { rule, version, author: 'test', changedAt: 0, comment: '' };
      this.engine.beginMessage(++this.sequence, this.now);
      this.engine.applyRule(change);
    }
    return this;
  }

  /** Log time goes on to `T + ms`, with a message that holds nothing. */
  at(ms: number): this {
    this.now = T + ms;
    this.engine.beginMessage(++this.sequence, this.now);
    return this;
  }

  /** Each event arrives in a message of its own. */
  when(...events: EventFields[]): this {
    for (const fields of events) {
      this.engine.beginMessage(++this.sequence, this.now);
      this.engine.applyEvent(makeEvent(fields), 0, {
        alert: (decision) => this.alerts.push(decision),
        late: (decision) => this.late.push(decision),
      });
    }
    return this;
  }

  /** The messages since the last call, short: `raised 1 countries e2`. */
  then(): string[] {
    const texts = this.alerts.map((each) => `${each.kind} ${each.revision} ${each.rule.id} ${each.eventId}`);
    this.alerts.length = 0;
    return texts;
  }
}
