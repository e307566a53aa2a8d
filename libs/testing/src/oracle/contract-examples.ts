/** The worked examples that users are promised, as histories. */
import { NO_ATTRIBUTES, type AccountEvent } from '#contracts';
import { event, GivenLog, MINUTE_MS, multiCountry, START_MS } from './given.js';
import type { History } from './history.js';

export type ExampleOrder = 'in order' | 'reversed' | 'doubled' | 'amid the traffic of today';

const ID_START = '395805b6-7aee-409a-85cc-';

/** End of the event's id, account, type, country, epoch seconds. */
const LINES: readonly (readonly [string, string, string, string, number])[] = [
  ['d2ffb7eb7ef2', '9726', 'login', 'RU', 1601736282],
  ['d2ffb7eb7ef2', '9726', 'login', 'IN', 1601736283],
  ['111111111111', '9727', 'login', 'RU', 1601736282],
  ['222222222222', '9728', 'login', 'IN', 1601736283],
  ['333333333333', '9729', 'login', 'RU', 1601737420],
  ['444444444444', '9729', 'login', 'IN', 1601737840],
  ['555555555555', '9730', 'login', 'RU', 1601737420],
  ['666666666666', '9730', 'log-out', 'IN', 1601737840],
  ['777777777777', '9730', 'login', 'IN', 1601737840],
  ['888888888888', '9731', 'login', 'RU', 1601737420],
  ['999999999999', '9731', 'log-out', 'RU', 1601737520],
  ['aaaaaaaaaaaa', '9731', 'login', 'IN', 1601737620],
];

export const EXAMPLES = {
  /** The only account of the examples that an alert is raised for: RU, and a second later IN. */
  alertedAccount: '9726',
  events: LINES.map(([id, accountId, eventType, country, seconds]): AccountEvent => ({
    eventId: ID_START + id,
    accountId,
    eventType,
    country,
    eventTime: seconds * 1000,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
  })),
};

/** The examples under the shipped five-minute rule, one message each, a second of log time apart. */
export function exampleHistory(order: ExampleOrder): History {
  const log = new GivenLog().rule(0, multiCountry(5 * MINUTE_MS));
  const lines = order === 'reversed' ? EXAMPLES.events.toReversed() : EXAMPLES.events;
  lines.forEach((line, i) => {
    if (order === 'amid the traffic of today') log.frame(i * 1000, trafficAt(i));
    log.frame(i * 1000, ...(order === 'doubled' ? [line, line] : [line]));
  });
  return log.history();
}

/** Logins of other accounts and of the same ones, all from one country, at the log's own time. */
function trafficAt(i: number): AccountEvent {
  const accountId = i % 2 === 0 ? '9726' : `today-${i}`;
  return event({ eventId: `t${i}`, accountId, country: 'NL', eventTime: START_MS + i * 1000 });
}
