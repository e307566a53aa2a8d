import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Numbers of accounts that the mix is drawn from, one table each. */
  readonly accounts: readonly number[];
  /** Offered rates tried one after the other, events/s, rising. */
  readonly rates: readonly number[];
  /** How long each rate is held. */
  readonly seconds: number;
  /** Rate at which latencies are taken. */
  readonly latencyRate: number;
  /** Events a request. */
  readonly batch: number;
  readonly json: boolean;
}

const USAGE = `npm run bench -- [options]

Drives the built system (embedded nats-server synced at every write, embedded PostgreSQL, ingest, detector,
recorder, each a process) with the standard mix of 8 event types and prints sustained rates, latencies and CPU.

  --accounts N[,N]   accounts in the mix            (default 10000,1000000)
  --rates N[,N]      offered rates, events/s, rising (default 10000,20000,30000,40000,50000,70000,100000)
  --seconds N        how long each rate is held      (default 30)
  --latency-rate N   rate for the latencies          (default 10000)
  --batch N          events a request                (default 100)
  --quick            10000 accounts, three rates, 8 seconds each
  --json             one JSON document instead of tables`;

export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      accounts: { type: 'string' },
      rates: { type: 'string' },
      seconds: { type: 'string' },
      'latency-rate': { type: 'string' },
      batch: { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const quick = values.quick === true;
  return {
    accounts: numbers('accounts', values.accounts ?? (quick ? '10000' : '10000,1000000')),
    rates: numbers(
      'rates',
      values.rates ?? (quick ? '10000,25000,40000' : '10000,20000,30000,40000,50000,70000,100000'),
    ),
    seconds: numbers('seconds', values.seconds ?? (quick ? '8' : '30'))[0],
    latencyRate: numbers('latency-rate', values['latency-rate'] ?? '10000')[0],
    batch: numbers('batch', values.batch ?? '100')[0],
    json: values.json === true,
  };
}

function numbers(option: string, text: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (!Number.isInteger(value) || value <= 0) {
      throw new Error(`--${option}: ${JSON.stringify(part)} is not a whole number above 0`);
    }
    return value;
  });
}
