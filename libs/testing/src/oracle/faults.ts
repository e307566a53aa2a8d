/** Faults that the comparison with the evaluator has to find. */
import type { AccountEvent } from '#contracts';
import type { Fault } from './altered-fold.js';

/** By what is wrong with the engine that has it. Each is small enough to be made by mistake. */
export const FAULTS: Record<string, () => Fault> = {
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
