/** Histories too long to scan: the running totals must say what a scan says, in order and out of it. */
import type { Condition, Rule } from '#contracts';
import { DEFAULT_ENGINE_TUNING, type EngineTuning } from '../shard-state.js';
import { countryRule, type EventFields, MINUTE, Scenario, velocityRule } from '../../test/scenario.js';

const SCAN_ALL = { scanEntries: 1_000_000, calmEntries: 1_000_000 };
const SCAN_NONE = { scanEntries: 0, calmEntries: 1 };

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

const over = (
  aggregate: Condition['aggregate'],
  op: Condition['op'],
  limit: bigint,
  field: string | null,
): Condition => {
  return { aggregate, op, limit, field };
};

const RULES: Rule[] = [
  countryRule,
  velocityRule({
    id: 'sum',
    withinMs: 5 * MINUTE,
    having: [over('sum', '>', 0n, 'amount'), over('count', '>', 500_000n, null)],
  }),
  velocityRule({
    id: 'average',
    groupBy: ['accountId', 'to'],
    having: [over('avg', '<', -1_000_000_000n, 'amount')],
  }),
  velocityRule({
    id: 'extremes',
    withinMs: 3 * MINUTE,
    groupBy: ['to'],
    having: [
      over('min', '>', -480_000_000_000_000n, 'amount'),
      over('max', '<', 480_000_000_000_000n, 'amount'),
    ],
  }),
  velocityRule({
    id: 'different',
    having: [over('distinct', '>=', 40_000n, 'country'), over('distinct', '!=', 30_000n, 'to')],
  }),
];

function someEvents(seed: number, count: number, disorderMs: number): EventFields[] {
  const random = generator(seed);
  const events: EventFields[] = [];
  for (let n = 0; n < count; n++) {
    if (n > 10 && random(20) === 0) {
      const former = events[n - 1 - random(10)];
      events.push({ ...former, amount: random(1_000_000), country: 'GB' });
      continue;
    }
    const kind = random(30);
    events.push({
      eventId: `e${n}`,
      t: n * 500 - (random(10) === 0 ? random(disorderMs) : 0),
      eventType: kind === 0 ? 'log-out' : kind < 12 ? 'login' : 'payment',
      country: [null, 'NL', 'NL', 'NL', 'DE', 'FR'][random(6)],
      amount: random(4) === 0 ? null : (random(2_000_001) - 1_000_000) * 1_000_000_000,
      attributes: random(5) === 0 ? undefined : { to: `b${random(3)}` },
    });
  }
  return events;
}

function decisions(events: EventFields[], tuning: EngineTuning, cap = 100_000): unknown[] {
  const scenario = new Scenario({ maxActorHistory: cap }, tuning).given(...RULES);
  events.forEach((event, n) => {
    if (n % 50 === 0) scenario.at(n * 500);
    scenario.when(event);
  });
  return [...scenario.alerts, ...scenario.late];
}

describe('running totals', () => {
  it.each([1, 2, 3])('decide what scans decide, seed %d', (seed) => {
    const events = someEvents(seed, 600, [1, 2000, 200_000][seed - 1]);
    const scanned = decisions(events, SCAN_ALL);
    expect(scanned.length).toBeGreaterThan(100);
    expect(decisions(events, SCAN_NONE)).toEqual(scanned);
    expect(decisions(events, DEFAULT_ENGINE_TUNING)).toEqual(scanned);
  });

  it('decide what scans decide when the cap takes the oldest all the time', () => {
    const events = someEvents(5, 800, 10_000);
    const scanned = decisions(events, SCAN_ALL, 300);
    expect(decisions(events, SCAN_NONE, 300)).toEqual(scanned);
  });
});
