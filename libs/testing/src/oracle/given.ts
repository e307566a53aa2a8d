/** Short forms for histories that are written by hand. */
import { NO_ATTRIBUTES, type AccountEvent, type Condition, type Rule, type RuleState } from '#contracts';
import { DEFAULT_ENGINE_SETTINGS, type EngineSettings } from '#engine';
import type { History, LogEntry } from './history.js';

export const MINUTE_MS = 60_000;
/** Log time of the first message of hand-written histories. */
export const START_MS = 1_760_000_000_000;

type EventFields = Partial<Omit<AccountEvent, 'attributes'>> & {
  readonly attributes?: Record<string, string>;
};

/** A login of account `a` from RU at `START_MS`, but for what is given. */
export function event(fields: EventFields): AccountEvent {
  const { attributes, ...own } = fields;
  const named = Object.entries(attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    eventId: 'e',
    accountId: 'a',
    eventType: 'login',
    eventTime: START_MS,
    country: null,
    amount: null,
    currency: null,
    ...own,
    attributes:
      named.length === 0 ? NO_ATTRIBUTES : named.map(([name, text]) => ({ name, kind: 'string', text })),
  };
}

export function multiCountry(withinMs: number, state: RuleState = 'active'): Rule {
  return { id: 'countries', type: 'multi-country', state, severity: 'high', withinMs };
}

/** A velocity rule over the account's purchases with an amount. */
export function velocity(withinMs: number, having: readonly Condition[], groupBy = ['accountId']): Rule {
  return {
    id: 'velocity',
    type: 'velocity',
    state: 'active',
    severity: 'high',
    withinMs,
    eventTypes: ['purchase'],
    has: ['amount'],
    groupBy,
    having,
  };
}

/** Collects messages; each stands at the log time given to it, in milliseconds after `START_MS`. */
export class GivenLog {
  private readonly log: LogEntry[] = [];

  constructor(private readonly settings: Partial<EngineSettings> = {}) {}

  rule(afterMs: number, rule: Rule, version = 1): this {
    const logTimeMs = START_MS + afterMs;
    const stamped = { rule, version, author: 'test', changedAt: logTimeMs, comment: '' };
    this.log.push({ kind: 'rule', logTimeMs, version: stamped });
    return this;
  }

  frame(afterMs: number, ...events: AccountEvent[]): this {
    this.log.push({ kind: 'frame', logTimeMs: START_MS + afterMs, events });
    return this;
  }

  tick(afterMs: number): this {
    this.log.push({ kind: 'tick', logTimeMs: START_MS + afterMs });
    return this;
  }

  history(): History {
    return { settings: { ...DEFAULT_ENGINE_SETTINGS, shard: 0, ...this.settings }, log: this.log };
  }
}
