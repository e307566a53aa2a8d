/** Everything that is held is given back once time has passed: memory is bounded by what is held. */
import { countryRule, type EventFields, MINUTE, Scenario, velocityRule } from '../test/scenario.js';
import type { ShardState } from './shard-state.js';

const HOUR = 60 * MINUTE;

function* events(count: number): Generator<EventFields> {
  let state = 17;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let n = 0; n < count; n++) {
    yield {
      eventId: [`e${random(count)}`, `long-${'x'.repeat(100)}-${random(50)}`][random(2)],
      accountId: [`a${random(20)}`, `account-${'y'.repeat(60)}-${random(20)}`][random(2)],
      eventType: ['login', 'log-out', 'payment'][random(3)],
      t: random(30) * MINUTE,
      country: ['NL', 'DE', null][random(3)],
      amount: random(3) === 0 ? null : random(5),
      currency: ['EUR', null][random(2)],
      attributes: { to: `b${random(4)}`, note: `n${random(1000)}` },
    };
  }
}

function held(scenario: Scenario): Record<string, number> {
  const { state } = scenario.engine as unknown as { state: ShardState };
  return {
    accounts: state.accounts.count,
    entries: state.history.total,
    contents: state.contents.count,
    texts: state.texts.count,
    evidence: state.evidence.count,
    alerts: state.ledger.count,
  };
}

function bytes(scenario: Scenario): number {
  const { blocks, ledger, texts, contents, accounts } = (scenario.engine as unknown as { state: ShardState })
    .state;
  const pools = [blocks, ledger, texts, contents, accounts.pool];
  return pools.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

describe('a shard', () => {
  it.each([100_000, 7])('gives everything back, cap %d', (maxActorHistory) => {
    const scenario = new Scenario({ maxActorHistory, letGoMarkMs: HOUR }).given(
      countryRule,
      velocityRule({
        groupBy: ['accountId', 'to'],
        having: [{ aggregate: 'count', field: null, op: '>', limit: 0n }],
      }),
      velocityRule({ id: 'wide', withinMs: HOUR, has: ['amount'] }),
    );
    const before = held(scenario);
    for (const event of events(3000)) scenario.when(event);
    const most = bytes(scenario);
    expect(scenario.alerts.some(({ kind }) => kind === 'retracted')).toBe(true);
    expect(held(scenario).alerts).toBeGreaterThan(100);
    for (let hour = 1; hour < 100; hour++) scenario.at(hour * HOUR);
    expect(held(scenario)).toEqual(before);
    // Each size of blocks may keep its smallest page.
    expect(bytes(scenario)).toBeLessThan(most / 8);
  });
});
