/**
 * CPU for an event of the standard mix over 10,000 and 1,000,000 accounts, in 64 shards of one process.
 *
 *   node --expose-gc dist/libs/engine/bench/standard-mix.js
 */
import { type AccountEvent, DEFAULT_SHARD_COUNT, shardOf } from '#contracts';
import { mixed } from './events.js';
import { applyFrames, CountingSink, engineWithRules, residentBytes } from './measure.js';

const START = 1_760_000_000_000;
const EVENTS_PER_SECOND = 20_000;
const CHUNK = 100_000;

function measure(accounts: number, events: number): void {
  const before = residentBytes();
  const engines = Array.from({ length: DEFAULT_SHARD_COUNT }, () => engineWithRules(START));
  const sink = new CountingSink();
  let micros = 0;
  let slowest = 0;
  for (let first = 0; first < events; first += CHUNK) {
    const shards = makeShards(first, accounts);
    const now = START + (first / EVENTS_PER_SECOND) * 1000;
    const stepMs = (CHUNK / EVENTS_PER_SECOND) * 1000;
    const start = process.hrtime.bigint();
    shards.forEach((own, shard) => {
      const logTime = (i: number) => now + Math.round((i / own.length) * stepMs);
      micros += applyFrames(engines[shard], own, 64, logTime, sink, first);
    });
    slowest = Math.max(slowest, Number(process.hrtime.bigint() - start) / 1e6);
  }
  const held = engines.reduce((sum, engine) => sum + engine.counters.entries, 0);
  const resident = engines.reduce((sum, engine) => sum + engine.counters.accounts, 0);
  const bytes = residentBytes() - before;
  console.log(
    `${accounts} accounts: ${(micros / events).toFixed(2)} µs/event over ${events} events, ${sink.alerts} alerts;` +
      ` ${resident} accounts with ${held} entries in ${(bytes / 1e6).toFixed(0)} MB`,
  );
}

function makeShards(first: number, accounts: number): AccountEvent[][] {
  const shards: AccountEvent[][] = Array.from({ length: DEFAULT_SHARD_COUNT }, () => []);
  for (let n = first; n < first + CHUNK; n++) {
    const made = mixed(n, accounts, START + Math.round((n / EVENTS_PER_SECOND) * 1000));
    shards[shardOf(made.accountId, DEFAULT_SHARD_COUNT)].push(made);
  }
  return shards;
}

measure(10_000, 1_000_000);
measure(10_000, 3_000_000);
measure(1_000_000, 6_000_000);
