/** The properties must be able to fail: each of these faults has to be found, and its history made small. */
import type { AccountEvent } from '#contracts';
import { ShardEngine } from '#engine';
import { withFault, type Fault } from './altered-fold.js';
import { AGREEMENT, DETERMINISM, FRAME_CUTS, ORDER, type Property } from './properties.js';
import type { CreateFold } from './recorded-run.js';
import { describeFailure, runProperty } from './run-property.js';

const createEngine: CreateFold = (settings) => new ShardEngine(settings);

/** Enough for the rarest of these faults, many times over. */
const MOST_HISTORIES = 3000;

function find<T>(property: Property<T>, createFault: () => Fault): string {
  const createFold = withFault(createEngine, createFault);
  const failure = runProperty(property, createFold, { histories: MOST_HISTORIES, seed: 20_260_101 });
  return failure === null ? 'not found' : describeFailure(failure);
}

const FAULTS: Record<string, () => Fault> = {
  'windows that lack their first millisecond': () => ({
    rule: (version) => ({ ...version, rule: { ...version.rule, withinMs: version.rule.withinMs - 1 } }),
  }),
  'a lateness that is a millisecond longer': () => ({
    settings: (settings) => ({ ...settings, allowedLatenessMs: settings.allowedLatenessMs + 1 }),
  }),
  'let-go marks that stay a millisecond longer': () => ({
    settings: (settings) => ({ ...settings, letGoMarkMs: settings.letGoMarkMs + 1 }),
  }),
  'every seventh duplicate taken for another event': () => {
    const [seen, state] = [new Set<string>(), { duplicates: 0 }];
    return {
      event(event) {
        const text = JSON.stringify(event);
        if (seen.has(text) && ++state.duplicates % 7 === 0) return { ...event, eventId: `${event.eventId}~` };
        seen.add(text);
        return event;
      },
    };
  },
  'log-outs that come after a login of the same time': () => {
    const logins = new Set<string>();
    const when = ({ accountId, eventTime }: AccountEvent) => `${accountId} ${eventTime}`;
    return {
      event(event) {
        if (event.eventType === 'login') logins.add(when(event));
        return event.eventType === 'log-out' && logins.has(when(event))
          ? { ...event, eventType: 'login', country: null }
          : event;
      },
    };
  },
  'corrections that change nothing': () => {
    const first = new Map<string, AccountEvent>();
    return {
      event(event) {
        const identity = JSON.stringify([event.accountId, event.eventTime, event.eventId]);
        first.set(identity, first.get(identity) ?? event);
        return first.get(identity)!;
      },
    };
  },
  'amounts with the precision of a float': () => ({
    event: (event) => ({ ...event, amount: event.amount === null ? null : Math.fround(event.amount) }),
  }),
  'retractions that are swallowed': () => ({
    alerts: (alerts) => alerts.filter(({ kind }) => kind === 'raised'),
  }),
  'revisions that do not count': () => ({
    alerts: (alerts) => alerts.map((alert) => ({ ...alert, revision: 1 })),
  }),
  'messages of one arrival in reverse': () => ({ alerts: (alerts) => alerts.toReversed() }),
  'late events that nobody is told of': () => ({ late: () => [] }),
  'shadow rules that are published': () => ({
    alerts: (alerts) => alerts.map((alert) => ({ ...alert, shadow: false })),
  }),
  'one id for an alert in every group': () => ({
    alerts: (alerts) =>
      alerts.map((alert) => ({ ...alert, alertId: `${alert.rule.id} ${alert.accountId} ${alert.eventId}` })),
  }),
};

describe('agreement with the evaluator finds', () => {
  it.each(Object.keys(FAULTS))('%s', (name) => {
    expect(find(AGREEMENT, FAULTS[name])).toContain('Replay: VIGIL_ORACLE_SEED=');
  });
});

it('comparing orders finds events that are dropped when they come out of order', () => {
  const createFault = (): Fault => {
    let greatest = -Infinity;
    return {
      event(event) {
        greatest = Math.max(greatest, event.eventTime);
        return event.eventTime < greatest - 5000 ? null : event;
      },
    };
  };
  expect(find(ORDER, createFault)).toContain(ORDER.name);
});

it('comparing runs finds state that outlives an engine', () => {
  let made = 0;
  const createFault = (): Fault => ({
    alerts: (alerts) => alerts.map((alert) => ({ ...alert, reason: `${alert.reason} ${made++}` })),
  });
  expect(find(DETERMINISM, createFault)).toContain(DETERMINISM.name);
});

it('comparing cuts finds what depends on the place in a frame', () => {
  const createFault = (): Fault => ({
    alerts: (alerts) =>
      alerts.map((alert) => ({ ...alert, severity: alert.source.seq % 2 ? 'low' : 'high' })),
  });
  expect(find(FRAME_CUTS, createFault)).toContain(FRAME_CUTS.name);
});
