import { countryRule, MINUTE, Scenario, SECOND, T } from '../../test/scenario.js';

const login = (eventId: string, country: string | null, t: number) => ({ eventId, country, t });
const logOut = (eventId: string, t: number) => ({ eventId, eventType: 'log-out', t });

describe('a multi-country rule', () => {
  it('raises for a login from another country, with what it observed', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', SECOND));
    const [alert, ...others] = scenario.alerts;
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: 'raised',
      revision: 1,
      rule: { id: 'countries', version: 1, type: 'multi-country' },
      shadow: false,
      severity: 'high',
      accountId: 'a',
      group: { accountId: 'a' },
      eventId: 'e2',
      eventTime: T + SECOND,
      reason: 'Account a logged in from IN 1 s after a login from RU, within 5 min',
      observed: { previousCountry: 'RU', country: 'IN', apartMs: 1000 },
      source: { shard: 3, seq: 3 },
      loggedAt: T,
    });
    expect(alert.alertId).toMatch(/^[0-9a-f]{32}$/);
    expect(alert.evidence.count).toBe(2);
    expect(alert.evidence.events.map((each) => [each.eventId, each.country])).toEqual([
      ['e2', 'IN'],
      ['e1', 'RU'],
    ]);
  });

  it.each([
    ['exactly the window apart', 5 * MINUTE, ['raised 1 countries e2']],
    ['a millisecond more', 5 * MINUTE + 1, []],
    ['at the same time', 0, ['raised 1 countries e2']],
  ])('two logins %s', (_name, apart, messages) => {
    const scenario = new Scenario().given(countryRule).when(login('e1', 'RU', 0), login('e2', 'IN', apart));
    expect(scenario.then()).toEqual(messages);
  });

  it.each(['RU', null])('is silenced by a log-out between, country %s', (country) => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), { ...logOut('e2', 1), country }, login('e3', 'IN', 2));
    expect(scenario.then()).toEqual([]);
  });

  it('takes a log-out of the same time as before the logins, whatever its id', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), logOut('z', 10), login('a', 'IN', 10), login('b', 'NL', 10));
    expect(scenario.then()).toEqual(['raised 1 countries b']);
  });

  it('looks past logins from the same country to the latest from another', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 10), login('e3', 'IN', 20));
    expect(scenario.alerts.map(({ observed }) => observed)).toEqual([
      { previousCountry: 'RU', country: 'IN', apartMs: 10 },
      { previousCountry: 'RU', country: 'IN', apartMs: 20 },
    ]);
  });

  it('does not see logins without a country', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e1', null, 0), login('e2', 'IN', 1), login('e3', null, 2), login('e4', 'IN', 3));
    expect(scenario.then()).toEqual([]);
  });

  it('judges later logins again when one arrives out of order, and ends at the log-out', () => {
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('e2', 'IN', 20), login('e3', 'IN', 30), logOut('e4', 40), login('e5', 'IN', 50));
    expect(scenario.then()).toEqual([]);
    scenario.when(login('e1', 'RU', 10));
    expect(scenario.then()).toEqual(['raised 1 countries e2', 'raised 1 countries e3']);
  });

  it('retracts when a log-out turns up in between, with the details of the raising', () => {
    const scenario = new Scenario().given(countryRule).when(login('e1', 'RU', 0), login('e2', 'IN', 10));
    const [raised] = scenario.alerts;
    scenario.when(logOut('e0', 5));
    const retracted = scenario.alerts[1];
    expect(retracted).toEqual({ ...raised, kind: 'retracted', source: { shard: 3, seq: 4 } });
  });

  it('orders ids by their bytes, not by UTF-16 units', () => {
    // U+FF5E comes after U+1F600 by units, before it by bytes.
    const scenario = new Scenario().given(countryRule);
    scenario.when(login('\u{1F600}', 'IN', 0), login('\uFF5E', 'RU', 0));
    expect(scenario.alerts.map(({ eventId }) => eventId)).toEqual(['\u{1F600}']);
    expect(scenario.alerts[0].observed).toMatchObject({ previousCountry: 'RU', country: 'IN' });
  });
});
