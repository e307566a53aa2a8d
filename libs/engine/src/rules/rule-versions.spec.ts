import { countryRule, MINUTE, Scenario, velocityRule } from '../../test/scenario.js';

const login = (eventId: string, country: string, t: number) => ({ eventId, country, t });
const HOUR = 60 * MINUTE;

describe('versions of a rule', () => {
  it('judge an event for good when they were in force at its first arrival', () => {
    const scenario = new Scenario().given(countryRule).when(login('e2', 'IN', 10));
    scenario.given({ ...countryRule, state: 'paused' }).when(login('e1', 'RU', 0), login('e3', 'RU', 20));
    expect(scenario.alerts.map(({ eventId, rule }) => [eventId, rule.version])).toEqual([['e2', 1]]);
    scenario.then();
    scenario.given({ ...countryRule, state: 'deleted' }).when(login('e1', 'IN', 0));
    expect(scenario.then()).toEqual(['retracted 1 countries e2']);
  });

  it('do not judge what arrived before them, and see it', () => {
    const scenario = new Scenario().given(velocityRule({ id: 'keeps' }));
    scenario.when({ eventId: 'e1', t: 0, country: 'RU' });
    scenario.given(countryRule).when(login('e2', 'IN', 1));
    expect(scenario.then()).toContain('raised 1 countries e2');
  });

  it('leave what they decided once they no longer count', () => {
    const scenario = new Scenario({ sweepIntervalMs: 0 });
    scenario.given(
      countryRule,
      velocityRule({
        id: 'keeps',
        withinMs: 24 * HOUR,
        having: [{ aggregate: 'count', field: null, op: '>', limit: 1_000_000n }],
      }),
    );
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1));
    expect(scenario.then()).toEqual(['raised 1 countries e2']);
    scenario.given({ ...countryRule, state: 'deleted' });
    scenario.at(15 * MINUTE - 1).when(login('e1', 'IN', 0));
    expect(scenario.then()).toEqual(['retracted 1 countries e2']);
    scenario.at(15 * MINUTE).when(login('e1', 'RU', 0));
    expect(scenario.then()).toEqual([]);
  });

  it('in state shadow judge, and say so', () => {
    const scenario = new Scenario().given({ ...countryRule, state: 'shadow' });
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1));
    expect(scenario.alerts.map(({ shadow }) => shadow)).toEqual([true]);
  });

  it('are taken once', () => {
    const scenario = new Scenario().given(countryRule).given(countryRule);
    const version = { rule: countryRule, version: 1, author: '', changedAt: 0, comment: '' };
    scenario.engine.applyRule(version);
    scenario.when(login('e1', 'RU', 0), login('e2', 'IN', 1));
    expect(scenario.alerts.map(({ rule }) => rule.version)).toEqual([2]);
  });

  it('may be many', () => {
    const rules = Array.from({ length: 70 }, (_, n) =>
      velocityRule({ id: `rule-${100 + n}`, withinMs: (n + 1) * MINUTE }),
    );
    const scenario = new Scenario().given(...rules);
    scenario.when({ eventId: 'e1', t: 0 }, { eventId: 'e2', t: 66 * MINUTE });
    expect(scenario.then()).toEqual([
      'raised 1 rule-165 e2',
      'raised 1 rule-166 e2',
      'raised 1 rule-167 e2',
      'raised 1 rule-168 e2',
      'raised 1 rule-169 e2',
    ]);
  });

  it('give one alert id to one rule, group and event', () => {
    const ids = [1, 2].map(() => {
      const scenario = new Scenario().given(countryRule).when(login('e1', 'RU', 0));
      scenario.given(countryRule).when(login('e2', 'IN', 1));
      return scenario.alerts[0].alertId;
    });
    const other = new Scenario().given(countryRule).when(login('e1', 'RU', 0), login('e3', 'IN', 1));
    expect(ids[0]).toBe(ids[1]);
    expect(other.alerts[0].alertId).not.toBe(ids[0]);
  });
});
