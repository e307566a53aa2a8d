/** `npm run bench`: see `options.ts` for what can be set. */
import { cpus } from 'node:os';
import { measureLatencies } from './latency.js';
import { readOptions, type BenchOptions } from './options.js';
import { printScenario, sustained, type Scenario } from './report.js';
import { hold, type Held, type Offer } from './sustained.js';
import { openWorld } from './world.js';

/** After this many rates in a row that were too much, higher ones are not tried. */
const GIVE_UP_AFTER = 2;

async function runScenario(options: BenchOptions, accounts: number, withRows: boolean): Promise<Scenario> {
  const name = withRows ? 'whole path, with rows' : 'log to alerts, without rows';
  const world = await openWorld(withRows);
  const offer = (rate: number, seed: number): Offer => ({
    rate,
    seconds: options.seconds,
    batch: options.batch,
    accounts,
    seed,
  });
  try {
    if (!options.json) console.log(`\nmeasuring: ${name}, ${accounts} accounts …`);
    const latencies = await measureLatencies(
      world,
      { ...offer(options.latencyRate, 7), batch: 20 },
      withRows,
    );
    const held: Held[] = [];
    for (const rate of options.rates) {
      held.push(await hold(world, offer(rate, 1_000 + rate), withRows));
      if (held.length >= GIVE_UP_AFTER && held.slice(-GIVE_UP_AFTER).every((each) => !each.keptUp)) break;
    }
    return { name, accounts, held, latencies };
  } finally {
    await world.close();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node.js ${process.version}`;
  if (!options.json)
    console.log(`Vigil benchmark on ${machine}; every write synced to disk; load on the same machine`);
  const scenarios: Scenario[] = [];
  for (const accounts of options.accounts) {
    for (const withRows of [false, true]) {
      const scenario = await runScenario(options, accounts, withRows);
      scenarios.push(scenario);
      if (!options.json) printScenario(scenario);
    }
  }
  if (options.json) {
    const results = scenarios.map((scenario) => ({ ...scenario, sustained: sustained(scenario.held) }));
    console.log(JSON.stringify({ machine, options, scenarios: results }, null, 2));
  }
}

await main();
