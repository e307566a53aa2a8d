/** Reads every setting of a service once, into one fully typed value, and reports all that is wrong at once. */
import type { ConfigOf, Option, Options } from './option.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigProblem {
  readonly option: string;
  readonly env: string;
  /** The refused text, quoted and free of secrets; `null` when the variable is missing. */
  readonly value: string | null;
  readonly message: string;
  readonly accepts: string;
}

/** Thrown once for all settings together; nothing can run until they are set right. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map((problem) => `  ${problem.option} (${problem.env}): ${sentenceOf(problem)}`);
    super(`${problems.length === 1 ? 'A setting is' : 'Some settings are'} wrong:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}

function sentenceOf(problem: ConfigProblem): string {
  const what = problem.value === null ? problem.message : `${problem.value} ${problem.message}`;
  return `${what}; accepted: ${problem.accepts}`;
}

/** An empty variable counts as unset: container tools pass unset ones as empty. */
function textOf(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

function readOption(
  name: string,
  option: Option<unknown>,
  env: Environment,
  problems: ConfigProblem[],
): unknown {
  const { kind } = option;
  const text = textOf(env, option.env);
  const problem = { option: name, env: option.env, accepts: kind.accepts };
  if (text === undefined) {
    if (option.fallback === undefined)
      problems.push({ ...problem, value: null, message: 'is required but not set' });
    return option.fallback;
  }
  try {
    return kind.parse(text);
  } catch (error) {
    problems.push({ ...problem, value: kind.quote(text), message: (error as Error).message });
    return undefined;
  }
}

/**
 * Reads all options from the environment. Throws one `ConfigError` that names every option whose text
 * cannot be taken, its variable, the text, and what is accepted.
 */
export function readConfig<O extends Options>(options: O, env: Environment): ConfigOf<O> {
  const problems: ConfigProblem[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options))
    config[name] = readOption(name, option, env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as ConfigOf<O>;
}
