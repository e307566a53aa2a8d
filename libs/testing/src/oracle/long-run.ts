/**
 * Checks the engine against the evaluator on as many random histories as one likes.
 *
 *   node dist/libs/testing/src/oracle/long-run.js --histories 100000 [--seed N] [--json]
 *   node dist/libs/testing/src/oracle/long-run.js --seed N --path P --property "decides what …"
 *
 * Exit code 0 when every property held, 1 when one did not (the shrunk history is printed), 2 on bad use.
 */
import { parseArgs } from 'node:util';
import { ShardEngine } from '#engine';
import { AGREEMENT, AGREEMENT_ON_MUCH, DETERMINISM, FRAME_CUTS, ORDER, type Property } from './properties.js';
import { describeFailure, runProperty, type Failure } from './run-property.js';

/** Histories between two looks at the clock, and under one seed. */
const CHUNK = 500;
const PROGRESS_MS = 5000;

interface Options {
  readonly histories: number;
  readonly seed: number;
  readonly path: string | undefined;
  readonly property: string | undefined;
  readonly json: boolean;
}

/** Most histories go to agreement, which implies much of the rest. */
const SHARES: readonly [Property<never>, number][] = [
  [AGREEMENT as Property<never>, 0.69],
  [AGREEMENT_ON_MUCH as Property<never>, 0.01],
  [ORDER as Property<never>, 0.2],
  [FRAME_CUTS as Property<never>, 0.05],
  [DETERMINISM as Property<never>, 0.05],
];

function readOptions(argv: string[]): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      histories: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      path: { type: 'string' },
      property: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const known = SHARES.map(([{ name }]) => name);
  if (values.property !== undefined && !known.includes(values.property)) {
    throw new Error(`--property is ${JSON.stringify(values.property)}; accepted are ${known.join(', ')}`);
  }
  return {
    histories: integer('--histories', values.histories, 1),
    seed: integer('--seed', values.seed, -(2 ** 31)),
    path: values.path,
    property: values.property,
    json: values.json,
  };
}

function integer(name: string, text: string, least: number): number {
  if (/^-?\d{1,12}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}; an integer from ${least} on is accepted`);
}

function run(options: Options, report: (line: string) => void): { checked: number; failure: Failure | null } {
  const createFold = (settings: ConstructorParameters<typeof ShardEngine>[0]) => new ShardEngine(settings);
  const chosen = SHARES.filter(([{ name }]) => options.property === undefined || options.property === name);
  if (options.path !== undefined) {
    for (const [property] of chosen) {
      const failure = runProperty(property, createFold, {
        histories: 1,
        seed: options.seed,
        path: options.path,
      });
      if (failure !== null) return { checked: 1, failure };
    }
    return { checked: chosen.length, failure: null };
  }
  const total = chosen.reduce((sum, [, share]) => sum + share, 0);
  const startedAt = performance.now();
  let [checked, reportedAt] = [0, startedAt];
  for (const [property, share] of chosen) {
    const end = checked + Math.ceil((options.histories * share) / total);
    for (let chunk = 0; checked < end; chunk++) {
      const histories = Math.min(CHUNK, end - checked);
      // Seeds are 32-bit integers; chunks of one run have neighbouring ones.
      const seed = (options.seed + chunk) | 0;
      const failure = runProperty(property, createFold, { histories, seed });
      if (failure !== null) return { checked, failure };
      checked += histories;
      const now = performance.now();
      if (now - reportedAt < PROGRESS_MS) continue;
      reportedAt = now;
      const rate = Math.round(checked / ((now - startedAt) / 1000));
      report(`${checked} of ${options.histories} histories hold (${rate}/s), now: ${property.name}`);
    }
  }
  return { checked, failure: null };
}

function main(): number {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  console.error(`seed ${options.seed}`);
  const { checked, failure } = run(options, (line) => console.error(line));
  if (options.json) console.log(JSON.stringify({ seed: options.seed, checked, failure }));
  else console.log(failure === null ? `${checked} histories hold.` : describeFailure(failure));
  return failure === null ? 0 : 1;
}

process.exitCode = main();
