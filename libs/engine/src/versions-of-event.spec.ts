import { countryRule, MINUTE, Scenario, SECOND, velocityRule } from '../test/scenario.js';

const login = (eventId: string, country: string | null, t: number) => ({ eventId, country, t });

describe('deliveries of one event', () => {
  it('change nothing when they say the same', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e1', 'RU', 0), login('e2', 'IN', 1), login('e2', 'IN', 1));
    expect(scenario.then()).toEqual(['raised 1 countries e2']);
    expect(scenario.engine.counters).toMatchObject({
      eventsIn: 4,
      duplicates: 2,
      corrections: 0,
      entries: 2,
    });
  });

  it('are another event at another time', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e1', 'IN', 1));
    expect(scenario.then()).toEqual(['raised 1 countries e1']);
  });

  it('correct the country: retracted, and raised again with the next revision', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1), login('e1', 'IN', 0));
    expect(scenario.then()).toEqual(['raised 1 countries e2', 'retracted 1 countries e2']);
    scenario.when(login('e1', 'NL', 0));
    expect(scenario.alerts[0].observed).toMatchObject({ previousCountry: 'NL' });
    expect(scenario.then()).toEqual(['raised 2 countries e2']);
  });

  it('say nothing when the alert goes on holding for another reason', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1));
    scenario.then();
    scenario.when(login('e1', 'NL', 0));
    expect(scenario.then()).toEqual([]);
  });

  it.each([
    ['type', { eventType: 'click' }],
    ['country', { country: null }],
  ])('correct the %s away and back, and the revision goes on rising', (_name, away) => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1), { ...login('e2', 'IN', 1), ...away });
    expect(scenario.then()).toEqual(['raised 1 countries e2', 'retracted 1 countries e2']);
    scenario.when(login('e2', 'IN', 1));
    expect(scenario.then()).toEqual(['raised 2 countries e2']);
  });

  it('correct the amount', () => {
    const rule = velocityRule({ having: [{ aggregate: 'sum', field: 'amount', op: '>', limit: 100n }] });
    const scenario = new Scenario().given(rule);
    scenario.when({ eventId: 'e1', amount: 60, t: 0 }, { eventId: 'e2', amount: 50, t: 1 });
    scenario.when({ eventId: 'e1', amount: 40, t: 0 }, { eventId: 'e2', amount: 61, t: 1 });
    expect(scenario.then()).toEqual([
      'raised 1 velocity e2',
      'retracted 1 velocity e2',
      'raised 2 velocity e2',
    ]);
  });

  it('correct the currency and attributes that no rule looks at, as a correction without messages', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1));
    scenario.when({ ...login('e2', 'IN', 1), currency: 'EUR' });
    scenario.when({ ...login('e2', 'IN', 1), attributes: { ip: '::1' } });
    expect(scenario.then()).toEqual(['raised 1 countries e2']);
    expect(scenario.engine.counters).toMatchObject({ corrections: 2, entries: 2 });
  });

  it('move an event to another group: retracted there, raised here', () => {
    const scenario = new Scenario().given(velocityRule({ groupBy: ['accountId', 'to'] }));
    const pay = (eventId: string, to: string, t: number) => ({ eventId, t, attributes: { to } });
    scenario.when(pay('e1', 'x', 0), pay('e2', 'y', 1), pay('e3', 'x', 2));
    scenario.then();
    scenario.when(pay('e3', 'y', 2));
    const groups = scenario.alerts.map(({ kind, group }) => [kind, group.to]);
    expect(groups).toEqual([
      ['retracted', 'x'],
      ['raised', 'y'],
    ]);
  });

  it('correct a login into a log-out, which moves before others of its time', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('z', 'RU', 5), login('b', 'IN', 5));
    expect(scenario.then()).toEqual(['raised 1 countries b', 'raised 1 countries z'].slice(0, 2));
    scenario.when({ eventId: 'z', eventType: 'log-out', t: 5 });
    expect(scenario.then()).toEqual(['retracted 1 countries b', 'retracted 1 countries z']);
  });

  it('that are late for one rule and not for another are held side by side', () => {
    const over = (limit: bigint) => [{ aggregate: 'sum', field: 'amount', op: '>', limit } as const];
    const wide = velocityRule({ id: 'wide', withinMs: 60 * MINUTE, having: over(0n) });
    const narrow = velocityRule({ id: 'narrow', withinMs: SECOND, having: over(0n) });
    const scenario = new Scenario({ allowedLatenessMs: SECOND, sweepIntervalMs: 0 }).given(narrow, wide);
    const pay = (eventId: string, t: number, amount: number) => ({ eventId, t, amount });
    scenario.when(pay('gone', 0, 0), pay('e', 10 * MINUTE, 5));
    scenario.when({ ...pay('other', 60 * MINUTE + SECOND, 0), accountId: 'b' }).at(57 * MINUTE);
    expect(scenario.then()).toEqual(['raised 1 narrow e', 'raised 1 wide e']);
    expect(scenario.engine.counters.entries).toBe(2);

    scenario.when(pay('e', 10 * MINUTE, -5));
    expect(scenario.then()).toEqual(['retracted 1 narrow e']);
    expect(scenario.late.map(({ rules }) => rules)).toEqual([[{ id: 'wide', version: 1 }]]);
    expect(scenario.engine.counters.entries).toBe(3);

    scenario.when(pay('e', 10 * MINUTE, 7));
    expect(scenario.then()).toEqual(['raised 2 narrow e']);
    expect(scenario.engine.counters.entries).toBe(3);
  });
});
