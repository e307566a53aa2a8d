/**
 * CPU for an event that arrives in order, with 10, 1,000 and 10,000 events in the account's window: it must be flat.
 *
 *   node --expose-gc dist/libs/engine/bench/window-size.js
 */
import type { AccountEvent } from '#contracts';
import { event, uuid } from './events.js';
import { applyFrames, CountingSink, cpuMicros, engineWithRules } from './measure.js';

const START = 1_760_000_000_000;
const MEASURED = 100_000;
/** Fills every window before the measurement. */
const WARM_UP = 50_000;
/** Events made at a time, then applied. */
const CHUNK = 1000;
const WINDOW_MS = 300_000;

function measure(name: string, held: number, make: (n: number, time: number) => AccountEvent): number {
  const engine = engineWithRules(START);
  const sink = new CountingSink();
  // So far apart that `held` of them lie in five minutes.
  const gapMs = WINDOW_MS / held;
  let micros = 0;
  for (let first = 0; first < WARM_UP + MEASURED; first += CHUNK) {
    const events = Array.from({ length: CHUNK }, (_, i) =>
      make(first + i, START + Math.round((first + i) * gapMs)),
    );
    const start = cpuMicros();
    applyFrames(engine, events, 1, (i) => events[i].eventTime, sink, first);
    if (first >= WARM_UP) micros += cpuMicros() - start;
  }
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

// The first run compiles the code.
measure('warm-up', 100, small);
for (const [name, make] of [
  ['purchases', small],
  ['logins from one country', logins],
] as const) {
  for (const held of [10, 100, 1000, 10_000]) measure(name, held, make);
}
