import fc from 'fast-check';
import { MessageError } from './message-json.js';
import { decodeRuleVersion, encodeRuleVersion, ruleToJson } from './rule-codec.js';
import { parseRule, parseRulesFile } from './rule-parser.js';
import { RuleError } from './rule-problems.js';
import type { RuleProblem } from './rule-problems.js';
import type { Rule } from './rule.js';

const VELOCITY = {
  id: 'velocity-60s',
  type: 'velocity',
  state: 'active',
  severity: 'high',
  match: { eventType: ['purchase', 'transfer', 'payment'], has: ['amount'] },
  groupBy: ['accountId'],
  within: '60s',
  having: [
    { aggregate: 'count', op: '>', value: 3 },
    { aggregate: 'sum', field: 'amount', op: '>', value: '1000' },
  ],
};

const FLINK = {
  ruleId: 1,
  ruleState: 'ACTIVE',
  groupingKeyNames: ['payerId', 'beneficiaryId'],
  unique: [],
  aggregateFieldName: 'paymentAmount',
  aggregatorFunctionType: 'SUM',
  limitOperatorType: 'GREATER',
  limit: 1000000,
  windowMinutes: 10080,
};

function problems(json: unknown): readonly RuleProblem[] {
  try {
    parseRule(json);
  } catch (error) {
    if (error instanceof RuleError) return error.problems;
    throw error;
  }
  throw new Error(`taken: ${JSON.stringify(json)}`);
}

const fieldsOf = (json: unknown): string[] => problems(json).map(({ field }) => field);

describe('a velocity rule', () => {
  it('is read in full', () => {
    expect(parseRule(VELOCITY)).toEqual({
      id: 'velocity-60s',
      type: 'velocity',
      state: 'active',
      severity: 'high',
      withinMs: 60_000,
      eventTypes: ['purchase', 'transfer', 'payment'],
      has: ['amount'],
      groupBy: ['accountId'],
      having: [
        { aggregate: 'count', field: null, op: '>', limit: 30_000n },
        { aggregate: 'sum', field: 'amount', op: '>', limit: 10_000_000n },
      ],
    });
  });

  it('has defaults and takes aliases of fields', () => {
    const { id, type, within, having } = VELOCITY;
    const rule = parseRule({ id, type, within, having, groupBy: ['beneficiaryId', 'userId'] });
    expect(rule).toMatchObject({ state: 'active', severity: 'medium', eventTypes: [], has: [] });
    expect(rule).toMatchObject({ groupBy: ['beneficiaryId', 'accountId'] });
    expect(parseRule({ ...VELOCITY, match: { eventType: 'login', has: ['paymentAmount'] } })).toMatchObject({
      eventTypes: ['login'],
      has: ['amount'],
    });
  });

  it('takes limits of any size with at most four places', () => {
    const limit = (value: unknown): unknown => {
      const rule = parseRule({
        ...VELOCITY,
        having: [{ aggregate: 'max', field: 'score', op: '<=', value }],
      });
      return rule.type === 'velocity' && rule.having[0].limit;
    };
    expect(limit(-0.0001)).toBe(-1n);
    expect(limit('123456789012345678901234567890.5')).toBe(1234567890123456789012345678905000n);
    expect(limit(1e21)).toBe(10n ** 25n);
  });

  it.each<[string, Record<string, unknown>]>([
    ['id', { id: 'status' }],
    ['id', { id: '-a' }],
    ['id', { id: 'A' }],
    ['id', { id: 'a'.repeat(65) }],
    ['id', { id: 7 }],
    ['type', { type: 'speed' }],
    ['state', { state: 'ACTIVE' }],
    ['severity', { severity: 'worst' }],
    ['within', { within: '999ms' }],
    ['within', { within: '31d' }],
    ['within', { within: 60 }],
    ['within', { within: undefined }],
    ['match', { match: [] }],
    ['match.eventType', { match: { eventType: ['Login'] } }],
    ['match.eventType', { match: { eventType: ['a', 'a'] } }],
    ['match.has', { match: { has: [''] } }],
    ['match.has', { match: { has: ['amount', 'paymentAmount'] } }],
    ['match.with', { match: { with: 1 } }],
    ['groupBy', { groupBy: ['beneficiaryId'] }],
    ['groupBy', { groupBy: undefined }],
    ['having', { having: [] }],
    ['having', { having: undefined }],
    ['having[0]', { having: ['count > 3'] }],
    ['having[0].aggregate', { having: [{ aggregate: 'median', field: 'amount', op: '>', value: 1 }] }],
    ['having[0].field', { having: [{ aggregate: 'sum', op: '>', value: 1 }] }],
    ['having[0].field', { having: [{ aggregate: 'sum', field: 'country', op: '>', value: 1 }] }],
    ['having[0].field', { having: [{ aggregate: 'count', field: 'amount', op: '>', value: 1 }] }],
    ['having[0].op', { having: [{ aggregate: 'count', op: '==', value: 1 }] }],
    ['having[0].value', { having: [{ aggregate: 'count', op: '>', value: 0.00001 }] }],
    ['having[0].value', { having: [{ aggregate: 'count', op: '>' }] }],
    ['having[0].limit', { having: [{ aggregate: 'count', op: '>', value: 1, limit: 2 }] }],
    ['window', { window: '5m' }],
    ['__proto__', JSON.parse('{"__proto__":1}') as Record<string, unknown>],
  ])('is refused for its %s: %j', (field, over) => {
    const json = { ...VELOCITY, ...over };
    if (field === '__proto__') Object.defineProperty(json, field, { value: 1, enumerable: true });
    expect(fieldsOf(json)).toEqual([field]);
  });

  it('hears of all its problems at once, each quoting the value', () => {
    const found = problems({
      ...VELOCITY,
      id: 'status',
      within: 'soon',
      having: [{ aggregate: 'count', op: '~', value: 'x' }],
    });
    expect(found.map(({ field }) => field)).toEqual(['id', 'within', 'having[0].op', 'having[0].value']);
    expect(found[1].message).toBe(
      'within must be a duration from "1s" to "30d", such as "60s", "5m" or "7d", got "soon"',
    );
  });

  it.each([null, 3, 'rule', [VELOCITY], undefined])('is no %p', (json) => {
    expect(fieldsOf(json)).toEqual(['rule']);
  });
});

describe('a multi-country rule', () => {
  it('has a window of five minutes unless told otherwise', () => {
    expect(parseRule({ id: 'm', type: 'multi-country' })).toEqual({
      id: 'm',
      type: 'multi-country',
      state: 'active',
      severity: 'medium',
      withinMs: 300_000,
    });
    expect(parseRule({ id: 'm', type: 'multi-country', within: '1h' }).withinMs).toBe(3_600_000);
  });

  it('has no conditions', () => {
    expect(fieldsOf({ ...VELOCITY, type: 'multi-country' })).toEqual(['match', 'groupBy', 'having']);
  });
});

describe('the form of the Flink demo', () => {
  it('is read as a velocity rule', () => {
    expect(parseRule(FLINK)).toEqual({
      id: '1',
      type: 'velocity',
      state: 'active',
      severity: 'medium',
      withinMs: 604_800_000,
      eventTypes: [],
      has: ['amount'],
      groupBy: ['accountId', 'beneficiaryId'],
      having: [{ aggregate: 'sum', field: 'amount', op: '>', limit: 10_000_000_000n }],
    });
  });

  it.each([
    ['PAUSE', 'paused'],
    ['DELETE', 'deleted'],
  ])('has states: %s', (theirs, ours) => {
    expect(parseRule({ ...FLINK, ruleState: theirs }).state).toBe(ours);
  });

  it.each([
    ['=', '='],
    ['NOT_EQUAL', '!='],
    ['GREATER_EQUAL', '>='],
    ['<', '<'],
    ['LESS_EQUAL', '<='],
  ])('has operators: %s', (theirs, ours) => {
    expect(parseRule({ ...FLINK, limitOperatorType: theirs })).toMatchObject({ having: [{ op: ours }] });
  });

  it.each(['COUNT_FLINK', 'COUNT_WITH_RESET_FLINK'])('counts events by %s', (aggregateFieldName) => {
    const rule = parseRule({ ...FLINK, aggregateFieldName, limit: '100', windowMinutes: '1440' });
    expect(rule).toMatchObject({ has: [], having: [{ aggregate: 'count', field: null, limit: 1_000_000n }] });
  });

  it.each<[string, Record<string, unknown>]>([
    ['ruleState', { ruleState: 'CONTROL' }],
    ['ruleState', { ruleState: 'active' }],
    ['ruleState', { ruleState: 'toString' }],
    ['unique', { unique: ['beneficiaryId'] }],
    ['groupingKeyNames', { groupingKeyNames: ['payeeId', 'beneficiaryId'] }],
    ['groupingKeyNames', { groupingKeyNames: undefined }],
    ['aggregateFieldName', { aggregateFieldName: 'country' }],
    ['aggregatorFunctionType', { aggregatorFunctionType: 'MEDIAN' }],
    ['aggregatorFunctionType', { aggregatorFunctionType: 'AVG', aggregateFieldName: 'COUNT_FLINK' }],
    ['limitOperatorType', { limitOperatorType: '~' }],
    ['limit', { limit: 'much' }],
    ['windowMinutes', { windowMinutes: 0.5 }],
    ['windowMinutes', { windowMinutes: 43_201 }],
    ['ruleId', { ruleId: 1.5 }],
    ['within', { within: '5m' }],
  ])('is refused for its %s: %j', (field, over) => {
    const found = problems({ ...FLINK, ...over });
    expect(found.map((problem) => problem.field)).toEqual([field]);
    expect(found[0].message).toContain(field);
  });
});

describe('a file of rules', () => {
  it('is an array, or an object with one', () => {
    expect(parseRulesFile(JSON.stringify([VELOCITY, FLINK])).map(({ id }) => id)).toEqual([
      'velocity-60s',
      '1',
    ]);
    expect(parseRulesFile(JSON.stringify({ rules: [VELOCITY] }))).toEqual([parseRule(VELOCITY)]);
  });

  it.each([
    ['{', 'file'],
    ['{"rule":[]}', 'file'],
    [JSON.stringify([VELOCITY, { ...VELOCITY, id: '!' }]), 'rules[1].id'],
    [JSON.stringify([VELOCITY, FLINK, VELOCITY]), 'rules[2].id'],
  ])('%s is refused', (text, field) => {
    expect(() => parseRulesFile(text)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ field })] }) as Error,
    );
  });
});

describe('rules', () => {
  const name = fc.constantFrom('amount', 'beneficiaryId', 'score', '__proto__', 'é');
  const rule: fc.Arbitrary<Rule> = fc.record({
    id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/).filter((id) => id !== 'status'),
    state: fc.constantFrom('active', 'shadow', 'paused', 'deleted'),
    severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
    withinMs: fc.integer({ min: 1000, max: 30 * 86_400_000 }),
    type: fc.constant('velocity'),
    eventTypes: fc.uniqueArray(fc.constantFrom('login', 'payment', 'a-b')),
    has: fc.uniqueArray(name),
    groupBy: fc.uniqueArray(name, { maxLength: 3 }).map((names) => ['accountId', ...names]),
    having: fc.array(
      fc.record({
        aggregate: fc.constantFrom('sum', 'avg', 'min', 'max', 'distinct'),
        field: name,
        op: fc.constantFrom('=', '!=', '>', '>=', '<', '<='),
        limit: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });

  it('come back from their JSON and from the log', () => {
    fc.assert(
      fc.property(rule, fc.string(), (each, comment) => {
        expect(parseRule(JSON.parse(JSON.stringify(ruleToJson(each))))).toEqual(each);
        const version = { rule: each, version: 3, author: 'ann', changedAt: 1.7e12, comment };
        expect(decodeRuleVersion(encodeRuleVersion(version))).toEqual(version);
      }),
    );
  });

  it('that are garbage are RuleErrors, in both forms', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.constantFrom(...Object.keys({ ...VELOCITY, ...FLINK })),
        fc.boolean(),
        (value, key, flink) => {
          try {
            parseRule({ ...(flink ? FLINK : VELOCITY), [key]: value });
            parseRule(value);
          } catch (error) {
            expect(error).toBeInstanceOf(RuleError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(['', '[]', '{}', '{"rule":{},"version":1,"author":"a","changedAt":1,"comment":""}'])(
    'log message %p is no rule version',
    (text) => {
      expect(() => decodeRuleVersion(new TextEncoder().encode(text))).toThrow(MessageError);
    },
  );
});
