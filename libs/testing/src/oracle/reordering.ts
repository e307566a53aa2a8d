/** One set of deliveries in two orders, and what stands in the end when nothing of it is late. */
import type { AccountEvent } from '#contracts';
import { alertKey } from './expected.js';
import { groupOf, matters } from './fields.js';
import type { History, LogEntry } from './history.js';
import { identityKey } from './order.js';
import { judge } from './verdict.js';

export interface Reordering {
  readonly first: History;
  readonly second: History;
}

/**
 * Shuffles the deliveries by sort keys and repeats every third of them right away. The versions of one
 * identity keep their order, since the latest of them stands. Time passes as in life: in step with the order
 * of delivery, by at most a third of the lateness from one to the next.
 */
export function reorder(history: History, keys: readonly number[]): Reordering {
  const rules = history.log.filter((message) => message.kind === 'rule');
  const events = history.log.flatMap((message) => (message.kind === 'frame' ? message.events : []));
  const settings = history.settings;
  const build = (deliveries: readonly AccountEvent[]): History => ({
    settings,
    log: [...rules, ...timed(deliveries, rules[0].logTimeMs, settings.allowedLatenessMs, keys)],
  });
  return { first: build(events), second: build(repeated(shuffled(events, keys))) };
}

function timed(
  deliveries: readonly AccountEvent[],
  startMs: number,
  latenessMs: number,
  keys: readonly number[],
): LogEntry[] {
  let logTimeMs = startMs;
  return deliveries.map((event, i) => {
    logTimeMs += keys[i % keys.length] % Math.max(1, Math.floor(latenessMs / 3));
    return { kind: 'frame', logTimeMs, events: [event] };
  });
}

function shuffled(events: readonly AccountEvent[], keys: readonly number[]): AccountEvent[] {
  const order = events.map((_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
  const waiting = grouped(events, identityText);
  return order.map((i) => waiting.get(identityText(events[i]))!.shift()!);
}

function repeated(events: readonly AccountEvent[]): AccountEvent[] {
  return events.flatMap((event, i) => (i % 3 === 0 ? [event, event] : [event]));
}

/** The alerts that the rules demand of the last version of every identity, sorted; times and places ignored. */
export function standingFromScratch({ log }: History): string[] {
  const last = new Map<string, AccountEvent>();
  for (const message of log) {
    if (message.kind !== 'frame') continue;
    for (const event of message.events) last.set(identityText(event), event);
  }
  const accounts = grouped([...last.values()], ({ accountId }) => accountId);
  const standing: string[] = [];
  for (const message of log) {
    if (message.kind !== 'rule' || message.version.rule.state === 'paused') continue;
    const { rule } = message.version;
    for (const events of accounts.values()) {
      const history = events.filter((event) => matters(rule, event));
      const alerted = history.filter((event) => judge(rule, history, event).holds);
      standing.push(...alerted.map((event) => alertKey(rule.id, groupOf(rule, event), event)));
    }
  }
  return standing.sort();
}

function identityText(event: AccountEvent): string {
  return JSON.stringify([event.accountId, identityKey(event)]);
}

function grouped(
  events: readonly AccountEvent[],
  keyOf: (event: AccountEvent) => string,
): Map<string, AccountEvent[]> {
  const groups = new Map<string, AccountEvent[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group === undefined) groups.set(keyOf(event), [event]);
    else group.push(event);
  }
  return groups;
}
