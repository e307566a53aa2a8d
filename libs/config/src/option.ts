/** One setting of a service: where it is read from, how its text becomes a value, what it means. */

/** Turns the text of a variable into a value, or says why it cannot. */
export interface ValueKind<T> {
  /** Completes the sentence "accepted: …". */
  readonly accepts: string;
  /** Throws an `Error` whose message says what is wrong with the text. */
  parse(text: string): T;
  /** How a default is written in the documentation; `parse` takes it back. */
  format(value: T): string;
  /** How a refused text may be quoted: as it is, without its credentials, or not at all. */
  quote(text: string): string;
}

export interface Option<T> {
  readonly env: string;
  readonly description: string;
  readonly kind: ValueKind<NonNullable<T>>;
  /** Used when the variable is unset or empty; `undefined` makes the option required. */
  readonly fallback: T | undefined;
}

export interface OptionTexts {
  readonly env: string;
  readonly description: string;
}

/** A set of options by name; `ConfigOf` is the type that reading it yields. */
export type Options = Readonly<Record<string, Option<unknown>>>;
export type ConfigOf<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** Builds options of one kind: with a default, required, or `null` when absent. */
export interface OptionFactory<T> {
  withDefault(env: string, fallback: T, description: string): Option<T>;
  required(env: string, description: string): Option<T>;
  optional(env: string, description: string): Option<T | null>;
}

export function factoryOf<T extends NonNullable<unknown>>(kind: ValueKind<T>): OptionFactory<T> {
  const widened = kind as ValueKind<NonNullable<T>>;
  return {
    withDefault: (env, fallback, description) => ({ env, description, kind: widened, fallback }),
    required: (env, description) => ({ env, description, kind: widened, fallback: undefined }),
    optional: (env, description) => ({ env, description, kind: widened, fallback: null }),
  };
}
