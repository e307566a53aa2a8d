import type { Aggregate, Condition, Operator } from '#contracts';
import { MINUTE, Scenario, SECOND, velocityRule } from '../../test/scenario.js';

const pay = (eventId: string, t: number, amount: number | null = 10_000) => {
  return { eventId, eventType: 'payment', t, amount };
};
const having = (
  aggregate: Aggregate,
  op: Operator,
  limit: bigint,
  field: string | null = null,
): Condition => {
  return { aggregate, field, op, limit };
};

describe('a velocity rule', () => {
  const shipped = velocityRule({
    eventTypes: ['purchase', 'transfer', 'payment'],
    has: ['amount'],
    having: [having('count', '>', 30_000n), having('sum', '>', 10_000_000n, 'amount')],
  });

  it('raises when every condition holds, with values beside limits', () => {
    const scenario = new Scenario().given(shipped);
    scenario.when(...[1, 2, 3, 4].map((n) => pay(`e${n}`, n * SECOND, 3_001_250)));
    const [alert, ...others] = scenario.alerts;
    expect(others).toEqual([]);
    expect(alert.reason).toBe('Account a: 4 events in 1 min (limit > 3) with a sum of 1200.5 (limit > 1000)');
    expect(alert.observed).toEqual({
      conditions: [
        { aggregate: 'count', field: null, op: '>', value: '4', limit: '3' },
        { aggregate: 'sum', field: 'amount', op: '>', value: '1200.5', limit: '1000' },
      ],
    });
    expect(alert.evidence.count).toBe(4);
    expect(alert.evidence.events.map((each) => [each.eventId, each.amount])).toEqual([
      ['e4', '300.125'],
      ['e3', '300.125'],
      ['e2', '300.125'],
      ['e1', '300.125'],
    ]);
  });

  it.each([
    ['exactly the window old counts', MINUTE, 1],
    ['a millisecond older does not', MINUTE + 1, 0],
  ])('an event that is %s', (_name, apart, alerts) => {
    const scenario = new Scenario().given(velocityRule({})).when(pay('e1', 0), pay('e2', apart));
    expect(scenario.alerts).toHaveLength(alerts);
  });

  it('keeps at most twenty events as evidence, newest first, and counts all', () => {
    const rule = velocityRule({ having: [having('count', '=', 250_000n)] });
    const scenario = new Scenario().given(rule);
    scenario.when(...Array.from({ length: 25 }, (_, n) => pay(`e${n}`, n)));
    const [{ evidence }] = scenario.alerts;
    expect(evidence.count).toBe(25);
    expect(evidence.events.map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: 20 }, (_, n) => `e${24 - n}`),
    );
  });

  it.each<[string, Condition, (number | null)[], boolean[]]>([
    ['count', having('count', '>=', 20_000n), [null, 1], [false, true]],
    ['count not', having('count', '!=', 10_000n), [1, 1], [false, true]],
    ['sum', having('sum', '=', 30_000n, 'amount'), [10_000, null, 20_000], [false, false, true]],
    ['sum over none', having('sum', '<', 1n, 'amount'), [null, 0], [false, true]],
    ['average', having('avg', '<=', 15_000n, 'amount'), [20_000, 10_000, 20_000], [false, true, false]],
    ['average of thirds', having('avg', '>', 3_333n, 'amount'), [10_000, 0, 0], [true, true, true]],
    ['least', having('min', '<', 0n, 'amount'), [5, -1, 7], [false, true, true]],
    ['greatest', having('max', '>=', 7n, 'amount'), [5, 7, 6], [false, true, true]],
    [
      'different amounts',
      having('distinct', '=', 20_000n, 'amount'),
      [5, 5, 6, 7],
      [false, false, true, false],
    ],
    ['different values over none', having('distinct', '<', 20_000n, 'country'), [1], [false]],
  ])('%s', (_name, condition, amounts, holds) => {
    const scenario = new Scenario().given(velocityRule({ having: [condition] }));
    const held = amounts.map((amount, n) => {
      scenario.when(pay(`e${n}`, n, amount));
      return scenario.then().length > 0;
    });
    expect(held).toEqual(holds);
  });

  it('sums beyond 2^53 exactly', () => {
    const most = 1_000_000_000_000_000;
    const limit = BigInt(most) * 20n;
    const scenario = new Scenario().given(velocityRule({ having: [having('sum', '>', limit, 'amount')] }));
    scenario.when(...Array.from({ length: 20 }, (_, n) => pay(`e${n}`, n, most)));
    expect(scenario.then()).toEqual([]);
    scenario.when(pay('last', 30, 1));
    expect(scenario.alerts[0].observed).toMatchObject({ conditions: [{ value: '2000000000000.0001' }] });
  });

  it('groups by attributes; an event without one takes no part', () => {
    const rule = velocityRule({ groupBy: ['beneficiary', 'accountId'] });
    const scenario = new Scenario().given(rule);
    scenario.when(
      { ...pay('e1', 0), attributes: { beneficiary: 'x' } },
      { ...pay('e2', 1), attributes: { beneficiary: 'y' } },
      pay('e3', 2),
      { ...pay('e4', 3), attributes: { beneficiary: 'x' } },
    );
    expect(scenario.alerts.map(({ eventId, group }) => [eventId, group])).toEqual([
      ['e4', { beneficiary: 'x', accountId: 'a' }],
    ]);
    expect(scenario.alerts[0].reason).toBe('Account a, beneficiary x: 2 events in 1 min (limit > 1)');
  });

  it('runs over attributes that are decimals, and over no others', () => {
    const rule = velocityRule({ having: [having('sum', '>=', 25_000n, 'score')] });
    const scenario = new Scenario().given(rule);
    const score = (eventId: string, text: string, t: number) => ({
      ...pay(eventId, t),
      attributes: { score: text },
    });
    scenario.when(
      score('e1', '1.5', 0),
      score('e2', 'abc', 1),
      score('e3', '1.00000', 2),
      score('e4', '1', 3),
    );
    expect(scenario.then()).toEqual(['raised 1 velocity e4']);
  });

  it('judges only what an event out of order can affect', () => {
    const scenario = new Scenario().given(velocityRule({}));
    scenario.when(pay('e1', 0), pay('e3', 2 * MINUTE), pay('e4', 4 * MINUTE));
    scenario.when(pay('e2', MINUTE));
    expect(scenario.then()).toEqual(['raised 1 velocity e2', 'raised 1 velocity e3']);
  });
});
