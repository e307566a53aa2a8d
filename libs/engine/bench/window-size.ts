/**
 * CPU for an event that arrives in order, with 10, 1,000 and 10,000 events in the account's window: it must be flat.
 *
 *   node --expose-gc dist/libs/engine/bench/window-size.js
 */
import type { AccountEvent } from '#contracts';
import { event, uuid } from './events.js';
import { applyFrames, CountingSink, engineWithRules } from './measure.js';

const START = 1_760_000_000_000;
const MEASURED = 50_000;
const WINDOW_MS = 300_000;

function measure(name: string, held: number, make: (n: number, time: number) => AccountEvent): number {
  const engine = engineWithRules(START);
  const sink = new CountingSink();
  // So far apart that `held` of them lie in five minutes.
  const gapMs = WINDOW_MS / held;
  const events: AccountEvent[] = [];
  for (let n = 0; n < held + MEASURED; n++) events.push(make(n, START + Math.round(n * gapMs)));
  const logTime = (first: number) => (i: number) => events[first + i].eventTime;
  applyFrames(engine, events.slice(0, held), 100, logTime(0), sink, 10);
  const micros = applyFrames(engine, events.slice(held), 100, logTime(held), sink, 100_000);
  const perEvent = micros / MEASURED;
  const { entries } = engine.counters;
  console.log(
    `${name.padEnd(26)} ${String(held).padStart(6)} in the window: ${perEvent.toFixed(2)} µs/event` +
      ` (${entries} held at the end, ${sink.alerts} alerts)`,
  );
  return perEvent;
}

const small = (n: number, time: number) =>
  event({ eventId: uuid(n), eventType: 'purchase', eventTime: time, amount: 1, country: 'NL' });
const logins = (n: number, time: number) => event({ eventId: uuid(n), eventTime: time, country: 'NL' });

for (const [name, make] of [
  ['purchases', small],
  ['logins from one country', logins],
] as const) {
  measure(`${name} (warm-up)`, 100, make);
  for (const held of [10, 100, 1000, 10_000]) measure(name, held, make);
}
