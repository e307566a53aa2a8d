/** One set of deliveries in two orders, and what stands in the end when nothing of it is late. */
import type { AccountEvent } from '#contracts';
import type { EngineSettings } from '#engine';
import { alertKey } from './expected.js';
import { groupOf, matters } from './fields.js';
import type { History, LogEntry, RuleMessage } from './history.js';
import { identityKey } from './order.js';
import { judge } from './verdict.js';

/** One delivery, with what decides its place in the second order and the time that passes before it. */
export interface Delivery {
  readonly event: AccountEvent;
  readonly sortKey: number;
  readonly waitMs: number;
}

export interface Reordering {
  readonly settings: EngineSettings;
  readonly rules: readonly RuleMessage[];
  /** In the first order. */
  readonly deliveries: readonly Delivery[];
}

/**
 * Takes the deliveries of a history apart, frames included. Time passes as in life: in step with the order
 * of delivery, by at most a third of the lateness from one to the next.
 */
export function toReordering({ settings, log }: History, keys: readonly number[]): Reordering {
  const events = log.flatMap((message) => (message.kind === 'frame' ? message.events : []));
  const longestMs = Math.max(1, Math.floor(settings.allowedLatenessMs / 3));
  const deliveries = events.map((event, i) => {
    const key = keys[i % keys.length];
    return { event, sortKey: key, waitMs: key % longestMs };
  });
  return { settings, rules: log.filter((message) => message.kind === 'rule'), deliveries };
}

export function inFirstOrder(reordering: Reordering): History {
  return toHistory(reordering, reordering.deliveries);
}

/**
 * The deliveries by their sort keys, every third of them repeated right away. The versions of one identity
 * keep their order, since the latest of them stands.
 */
export function inSecondOrder(reordering: Reordering): History {
  const { deliveries } = reordering;
  const waiting = grouped(deliveries, ({ event }) => identityText(event));
  const byKey = [...deliveries].sort((a, b) => a.sortKey - b.sortKey);
  const shuffled = byKey.map(({ event }) => waiting.get(identityText(event))!.shift()!);
  return toHistory(
    reordering,
    shuffled.flatMap((delivery, i) => (i % 3 === 0 ? [delivery, { ...delivery, waitMs: 0 }] : [delivery])),
  );
}

/** Drops deliveries and rules as long as the rest goes on failing. */
export function minimizeReordering(
  reordering: Reordering,
  fails: (candidate: Reordering) => boolean,
): Reordering {
  let smallest = reordering;
  for (let progressed = true; progressed;) {
    const { rules, deliveries } = smallest;
    const candidates = [
      ...rules.map((_, i) => ({ ...smallest, rules: rules.toSpliced(i, 1) })),
      ...deliveries.map((_, i) => ({ ...smallest, deliveries: deliveries.toSpliced(i, 1) })),
    ];
    const failing = candidates.find(fails);
    progressed = failing !== undefined;
    smallest = failing ?? smallest;
  }
  return smallest;
}

function toHistory({ settings, rules }: Reordering, deliveries: readonly Delivery[]): History {
  let logTimeMs = rules[0]?.logTimeMs ?? 0;
  const frames = deliveries.map(({ event, waitMs }): LogEntry => {
    logTimeMs += waitMs;
    return { kind: 'frame', logTimeMs, events: [event] };
  });
  return { settings, log: [...rules, ...frames] };
}

/** The alerts that the rules demand of the last version of every identity, sorted; times and places ignored. */
export function standingFromScratch({ rules, deliveries }: Reordering): string[] {
  const last = new Map<string, AccountEvent>();
  for (const { event } of deliveries) last.set(identityText(event), event);
  const accounts = grouped([...last.values()], ({ accountId }) => accountId);
  const standing: string[] = [];
  for (const { version } of rules) {
    const { rule } = version;
    if (rule.state !== 'active' && rule.state !== 'shadow') continue;
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

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
