/** Makes a failing history small: drops messages, events and fields as long as it goes on failing. */
import { NO_ATTRIBUTES, type AccountEvent } from '#contracts';
import { DEFAULT_ENGINE_SETTINGS } from '#engine';
import type { History, LogEntry } from './history.js';

/** A smallest history, in the sense that no single simplification of it fails too. */
export function minimize(history: History, fails: (candidate: History) => boolean): History {
  let smallest = history;
  for (let progressed = true; progressed;) {
    progressed = false;
    for (const candidate of simplifications(smallest)) {
      if (!fails(candidate)) continue;
      smallest = candidate;
      progressed = true;
      break;
    }
  }
  return smallest;
}

function* simplifications(history: History): Generator<History> {
  const { settings, log } = history;
  for (let size = log.length >> 1; size >= 1; size >>= 1) {
    for (let at = log.length - size; at >= 0; at -= size) {
      yield { settings, log: [...log.slice(0, at), ...log.slice(at + size)] };
    }
  }
  for (const [index, message] of log.entries()) {
    for (const simpler of simplerMessages(message)) {
      yield { settings, log: log.with(index, simpler) };
    }
  }
  const usual = { ...DEFAULT_ENGINE_SETTINGS, shard: settings.shard };
  for (const name of Object.keys(usual) as (keyof typeof usual)[]) {
    if (settings[name] !== usual[name]) yield { settings: { ...settings, [name]: usual[name] }, log };
  }
}

function* simplerMessages(message: LogEntry): Generator<LogEntry> {
  if (message.kind === 'tick') return;
  if (message.kind === 'frame') {
    const { events } = message;
    for (const [index, event] of events.entries()) {
      if (events.length > 1) yield { ...message, events: events.toSpliced(index, 1) };
      for (const simpler of simplerEvents(event)) yield { ...message, events: events.with(index, simpler) };
    }
    return;
  }
  const { rule } = message.version;
  if (rule.type === 'velocity' && rule.having.length > 1) {
    for (const condition of rule.having) {
      yield { ...message, version: { ...message.version, rule: { ...rule, having: [condition] } } };
    }
  }
}

function* simplerEvents(event: AccountEvent): Generator<AccountEvent> {
  if (event.attributes.length > 0) yield { ...event, attributes: NO_ATTRIBUTES };
  if (event.currency !== null) yield { ...event, currency: null };
  if (event.amount !== null) yield { ...event, amount: null };
  if (event.country !== null) yield { ...event, country: null };
}
