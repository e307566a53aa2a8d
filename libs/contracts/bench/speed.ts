/** Time per event of decoding bodies and of frames: `node dist/libs/contracts/bench/speed.js`. */
import { decodeBody, FrameBuilder, readFrame } from '#contracts';
import type { AccountEvent, BodyFormat } from '#contracts';

const EVENTS = 2000;
const ROUNDS = 100;
const NOW = 1_800_000_000_000;
const OPTIONS = { receivedAt: NOW, maxItems: 100_000, maxDepth: 16 };
const HEADER = { source: 'bench', epoch: 1, sequence: 1, receivedAt: NOW, upstream: null };
const TYPES = ['login', 'log-out', 'purchase', 'transfer', 'payment', 'click', 'view', 'search'];
const COUNTRIES = ['NL', 'DE', 'FR', 'RU', 'IN', 'US'];
const encoder = new TextEncoder();

/** Numbers that look random and are the same on each run. */
function uuid(i: number): string {
  const hex = (seed: number) => (Math.imul(seed, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  const [a, b, c, d] = [hex(i + 1), hex(i + 7), hex(i * 3 + 1), hex(i * 7 + 5)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function jsonEvent(i: number): string {
  return JSON.stringify({
    eventId: uuid(i),
    accountId: `account-${i % 1000}`,
    eventType: TYPES[i % TYPES.length],
    country: COUNTRIES[i % COUNTRIES.length],
    eventTime: NOW - i * 137,
    amount: (i % 10_000) / 100,
    currency: 'EUR',
    beneficiaryId: `beneficiary-${i % 77}`,
    paymentType: i % 2 ? 'CSH' : 'CRD',
  });
}

function csvEvent(i: number): string {
  const [type, country] = [TYPES[i % TYPES.length], COUNTRIES[i % COUNTRIES.length]];
  return `${uuid(i)},${i % 1000},${type},${country},${NOW - i * 137}${i % 2 ? `,${(i % 10_000) / 100},b${i % 77}` : ''}`;
}

function report(what: string, bytesPerEvent: number, run: () => void): void {
  for (let i = 0; i < ROUNDS / 4; i++) run();
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  const micros = ((best * 1000) / EVENTS).toFixed(3);
  console.log(`${what.padEnd(34)} ${micros} µs/event ${bytesPerEvent.toFixed(0).padStart(5)} bytes/event`);
}

function decodeAll(format: BodyFormat, bytes: Uint8Array): AccountEvent[] {
  const { events, rejected } = decodeBody(bytes, format, OPTIONS);
  if (events.length !== EVENTS) throw new Error(JSON.stringify(rejected[0]));
  return events;
}

function frames(events: readonly AccountEvent[]): Uint8Array[] {
  const builder = new FrameBuilder(64);
  const done: Uint8Array[] = [];
  for (const event of events) {
    if (builder.tryAdd(event)) continue;
    done.push(builder.finish(HEADER));
    builder.tryAdd(event);
  }
  done.push(builder.finish(HEADER));
  return done;
}

function reportFrames(what: string, events: readonly AccountEvent[]): void {
  const encoded = frames(events);
  const size = encoded.reduce((sum, frame) => sum + frame.length, 0) / EVENTS;
  let seen = 0;
  const touch = (event: AccountEvent): void => {
    seen += event.eventTime + event.eventId.charCodeAt(9) + event.accountId.charCodeAt(0);
  };
  report(`frame encode, ${what}`, size, () => frames(events));
  report(`frame decode, ${what}`, size, () => encoded.forEach((frame) => readFrame(frame, null, touch)));
  report(`frame decode 1/4 of shards, ${what}`, size, () =>
    encoded.forEach((frame) => readFrame(frame, (shard) => shard % 4 === 0, touch)),
  );
  if (seen === 0) throw new Error('nothing was decoded');
}

const json = Array.from({ length: EVENTS }, (_, i) => jsonEvent(i));
const bodies = {
  ndjson: encoder.encode(json.join('\n')),
  array: encoder.encode(`[${json.join(',')}]`),
  csv: encoder.encode(Array.from({ length: EVENTS }, (_, i) => csvEvent(i)).join('\n')),
};
const singles = json.map((text) => encoder.encode(text));

report('JSON.parse of each line alone', bodies.ndjson.length / EVENTS, () =>
  json.forEach((t) => JSON.parse(t)),
);
report('JSON lines', bodies.ndjson.length / EVENTS, () => decodeAll('ndjson', bodies.ndjson));
report('JSON array', bodies.array.length / EVENTS, () => decodeAll('json', bodies.array));
report('JSON objects, a body each', bodies.ndjson.length / EVENTS, () =>
  singles.forEach((bytes) => decodeBody(bytes, 'json', OPTIONS)),
);
report('CSV', bodies.csv.length / EVENTS, () => decodeAll('csv', bodies.csv));
reportFrames('JSON events', decodeAll('ndjson', bodies.ndjson));
reportFrames('CSV events', decodeAll('csv', bodies.csv));
