/**
 * CPU for an event of the standard mix over 10,000 and 1,000,000 accounts, in 64 shards of one process.
 *
 *   node dist/libs/engine/bench/standard-mix.js [quiet|alarming|many]
 */
import { spawnSync } from 'node:child_process';
import { type AccountEvent, DEFAULT_SHARD_COUNT, shardOf } from '#contracts';
import { mixed } from './events.js';
import { applyFrames, CountingSink, cpuMicros, engineWithRules, residentBytes } from './measure.js';

const START = 1_760_000_000_000;
/** Events made at a time, then applied: few enough to lie in the processor's cache, as after decoding a frame. */
const CHUNK = 2048;

/** `perSecond` events of event and log time. */
function measure(accounts: number, events: number, perSecond: number): void {
  const before = residentBytes();
  const engines = Array.from({ length: DEFAULT_SHARD_COUNT }, () => engineWithRules(START));
  const sink = new CountingSink();
  let micros = 0;
  for (let first = 0; first < events; first += CHUNK) {
    const shards = makeShards(first, accounts, perSecond);
    const now = START + (first / perSecond) * 1000;
    const stepMs = (CHUNK / perSecond) * 1000;
    const start = cpuMicros();
    for (let shard = 0; shard < shards.length; shard++) {
      const own = shards[shard];
      const logTime = (i: number) => now + Math.round((i / own.length) * stepMs);
      applyFrames(engines[shard], own, 64, logTime, sink, first);
    }
    micros += cpuMicros() - start;
  }
  const held = engines.reduce((sum, engine) => sum + engine.counters.entries, 0);
  const resident = engines.reduce((sum, engine) => sum + engine.counters.accounts, 0);
  const bytes = residentBytes() - before;
  console.log(
    `${accounts} accounts: ${(micros / events).toFixed(2)} µs/event over ${events} events, ${sink.alerts} alerts;` +
      ` ${resident} accounts with ${held} entries in ${(bytes / 1e6).toFixed(0)} MB`,
  );
}

function makeShards(first: number, accounts: number, perSecond: number): AccountEvent[][] {
  const shards: AccountEvent[][] = Array.from({ length: DEFAULT_SHARD_COUNT }, () => []);
  for (let n = first; n < first + CHUNK; n++) {
    const made = mixed(n, accounts, START + Math.round((n / perSecond) * 1000));
    shards[shardOf(made.accountId, DEFAULT_SHARD_COUNT)].push(made);
  }
  return shards;
}

const CASES: Record<string, () => void> = {
  // An event every 20 s of each account: few alerts.
  quiet: () => measure(10_000, 1_500_000, 500),
  // Two a second of each: nearly each payment raises an alert.
  alarming: () => measure(10_000, 2_500_000, 20_000),
  many: () => measure(1_000_000, 6_000_000, 20_000),
};

const chosen = CASES[process.argv[2] ?? ''];
if (chosen !== undefined) chosen();
else
  for (const name of Object.keys(CASES))
    spawnSync(process.execPath, ['--expose-gc', process.argv[1], name], { stdio: 'inherit' });
