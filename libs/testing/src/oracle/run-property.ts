/** Runs a property on random histories, and makes of a failure something that a person can act upon. */
import fc from 'fast-check';
import type { Property } from './properties.js';
import type { CreateFold } from './recorded-run.js';

export interface RunOptions {
  readonly histories: number;
  /** Any 32-bit integer. */
  readonly seed: number;
  /** Replays one failure: what a former report printed beside the seed. */
  readonly path?: string;
}

export interface Failure {
  readonly property: string;
  readonly seed: number;
  readonly path: string;
  /** What is wrong with the minimized history. */
  readonly problem: string;
  /** The minimized history, one line a message or event. */
  readonly history: string;
}

/** The first failure, made small, or `null` when the property held throughout. */
export function runProperty<T>(
  property: Property<T>,
  createFold: CreateFold,
  { histories, seed, path }: RunOptions,
): Failure | null {
  const problemOf = (value: T): string | null => {
    try {
      return property.problem(value, createFold);
    } catch (error) {
      return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
  };
  const outcome = fc.check(
    fc.property(property.arbitrary, (value) => problemOf(value) === null),
    { numRuns: histories, seed, path, endOnFailure: true },
  );
  if (!outcome.failed) return null;
  const [found] = outcome.counterexample!;
  const smallest = property.minimize(found, (candidate) => problemOf(candidate) !== null);
  return {
    property: property.name,
    seed: outcome.seed,
    path: outcome.counterexamplePath!,
    problem: problemOf(smallest)!,
    history: property.describe(smallest),
  };
}

/** The failure with its history and the way to see it again. */
export function describeFailure({ property, seed, path, problem, history }: Failure): string {
  return [
    `"${property}" does not hold.`,
    problem,
    '',
    history,
    '',
    `Replay: VIGIL_ORACLE_SEED=${seed} VIGIL_ORACLE_PATH=${path} npm test`,
    `    or: node dist/libs/testing/src/oracle/long-run.js --seed ${seed} --path ${path} --property "${property}"`,
  ].join('\n');
}

/** Seed and path from the environment when a failure is replayed; otherwise a seed of its own. */
export function seedFrom(env: Readonly<Record<string, string | undefined>>): { seed: number; path?: string } {
  const text = env.VIGIL_ORACLE_SEED;
  if (text === undefined || text === '') return { seed: Math.floor(Math.random() * 2 ** 31) };
  if (!/^-?\d{1,10}$/.test(text)) {
    throw new Error(`VIGIL_ORACLE_SEED is ${JSON.stringify(text)}; a 32-bit integer is accepted`);
  }
  return { seed: Number(text), path: env.VIGIL_ORACLE_PATH || undefined };
}
