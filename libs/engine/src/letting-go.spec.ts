import { countryRule, MINUTE, Scenario, SECOND, velocityRule } from '../test/scenario.js';

const login = (eventId: string, country: string, t: number) => ({ eventId, country, t });
const LATENESS = 10 * MINUTE;
const HOUR = 60 * MINUTE;

describe('history', () => {
  it('stays as long as a late event could need it, then goes', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 }).given(countryRule).when(login('e1', 'RU', 0));
    scenario.at(5 * MINUTE + LATENESS - 1);
    expect(scenario.engine.counters.entries).toBe(1);
    scenario.at(5 * MINUTE + LATENESS);
    expect(scenario.engine.counters).toMatchObject({ entries: 0, accounts: 1 });
  });

  it('goes earlier when the watermark has passed it and nothing touches it', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 }).given(countryRule).when(login('e1', 'RU', 0));
    scenario.when({ ...login('other', 'RU', 5 * MINUTE + LATENESS), accountId: 'b' });
    scenario.at(LATENESS - 1);
    expect(scenario.engine.counters.entries).toBe(2);
    scenario.at(LATENESS);
    expect(scenario.engine.counters.entries).toBe(1);
  });

  it('of a back-fill is judged like live events', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 }).given(countryRule);
    scenario.when({ ...login('live', 'RU', 0), accountId: 'b' });
    const past = -1000 * HOUR;
    scenario.at(MINUTE).when(login('e2', 'IN', past + MINUTE));
    scenario.at(9 * MINUTE).when(login('e1', 'RU', past));
    expect(scenario.then()).toEqual(['raised 1 countries e2']);
    expect(scenario.late).toEqual([]);
  });

  it('that was let go makes what reaches down to it late, until the mark expires', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 }).given(countryRule).when(login('e1', 'RU', 0));
    scenario.at(HOUR).when(login('e2', 'IN', 5 * MINUTE), login('e3', 'IN', 5 * MINUTE + 1));
    expect(scenario.late.map(({ eventId, rules }) => [eventId, rules])).toEqual([
      ['e2', [{ id: 'countries', version: 1 }]],
    ]);
    expect(scenario.engine.counters).toMatchObject({ late: 1, entries: 1 });
    scenario.at(HOUR * 24 + 5 * MINUTE + LATENESS).when(login('e4', 'IN', 5 * MINUTE));
    expect(scenario.late).toHaveLength(2);
    scenario.at(HOUR * 60).when(login('e5', 'IN', 5 * MINUTE));
    expect(scenario.late).toHaveLength(2);
  });

  it('leaves its alerts as they are when it goes', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 }).given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1)).at(HOUR);
    scenario.when({ eventId: 'e0', eventType: 'log-out', t: 0 });
    expect(scenario.then()).toEqual(['raised 1 countries e2']);
    expect(scenario.engine.counters.entries).toBe(0);
  });

  it('beyond the cap goes at once, oldest first, after the arrival was judged', () => {
    const scenario = new Scenario({ maxActorHistory: 2 });
    scenario.given(velocityRule({ having: [{ aggregate: 'count', field: null, op: '>=', limit: 30_000n }] }));
    const pay = (eventId: string, t: number) => ({ eventId, t });
    scenario.when(pay('e1', 0), pay('e2', 1), pay('e3', 2));
    expect(scenario.then()).toEqual(['raised 1 velocity e3']);
    expect(scenario.engine.counters).toMatchObject({ entries: 2, historyCapped: 1 });
    scenario.when(pay('e4', 3), pay('e5', MINUTE + 1));
    expect(scenario.late.map(({ eventId }) => eventId)).toEqual(['e4']);
  });

  it('is kept as long as the widest rule that it matters to, and no longer', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 });
    scenario.given(countryRule, velocityRule({ has: ['amount'], withinMs: 24 * HOUR }));
    scenario.when(login('e1', 'RU', 0), { eventId: 'e2', eventType: 'payment', amount: 1, t: 0 });
    scenario.at(HOUR);
    expect(scenario.engine.counters.entries).toBe(1);
    scenario.at(25 * HOUR);
    expect(scenario.engine.counters.entries).toBe(0);
  });

  it('of accounts that nothing is remembered of takes no memory', () => {
    const scenario = new Scenario({ sweepIntervalMs: SECOND, letGoMarkMs: MINUTE }).given(countryRule);
    for (let n = 0; n < 100; n++) scenario.when({ ...login('e', 'RU', 0), accountId: `account-${n}` });
    expect(scenario.engine.counters).toMatchObject({ accounts: 100, entries: 100 });
    scenario.at(HOUR);
    expect(scenario.engine.counters).toMatchObject({ accounts: 100, entries: 0 });
    for (let hour = 2; hour < 6; hour++) scenario.at(hour * HOUR);
    expect(scenario.engine.counters.accounts).toBe(0);
  });
});
