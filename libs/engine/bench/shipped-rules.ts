/** The four shipped rules as versions 1, and settings as they are by default. */
import type { Condition, RuleVersion, VelocityRule } from '#contracts';
import { DEFAULT_ENGINE_SETTINGS, type EngineSettings } from '../src/api.js';

export const SETTINGS: EngineSettings = { shard: 0, ...DEFAULT_ENGINE_SETTINGS };

const count = (op: Condition['op'], limit: bigint): Condition => {
  return { aggregate: 'count', field: null, op, limit: limit * 10_000n };
};
const over = (
  aggregate: Condition['aggregate'],
  field: string,
  op: Condition['op'],
  limit: bigint,
): Condition => {
  return { aggregate, field, op, limit: limit * 10_000n };
};

function velocity(id: string, withinMs: number, rest: Partial<VelocityRule>): VelocityRule {
  return {
    type: 'velocity',
    id,
    state: 'active',
    severity: 'high',
    withinMs,
    eventTypes: [],
    has: ['amount'],
    groupBy: ['accountId'],
    having: [],
    ...rest,
  };
}

export const SHIPPED_RULES: readonly RuleVersion[] = [
  {
    type: 'multi-country' as const,
    id: 'multi-country-login',
    state: 'active' as const,
    severity: 'high' as const,
    withinMs: 300_000,
  },
  velocity('velocity-60s', 60_000, {
    eventTypes: ['purchase', 'transfer', 'payment'],
    having: [count('>', 3n), over('sum', 'amount', '>', 1000n)],
  }),
  velocity('payer-beneficiary-week', 604_800_000, {
    groupBy: ['accountId', 'beneficiaryId'],
    having: [over('sum', 'amount', '>', 1_000_000n)],
  }),
  velocity('many-countries', 300_000, {
    having: [over('distinct', 'country', '>=', 3n), count('>=', 5n)],
  }),
].map((rule) => ({ rule, version: 1, author: 'bench', changedAt: 0, comment: '' }));
