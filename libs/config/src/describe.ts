/** Settings as rows of a table, so that the documentation cannot differ from what is read. */
import type { Options } from './option.js';

export interface OptionRow {
  readonly option: string;
  readonly env: string;
  /** As one would write it; `required`, or `none` where absence has a meaning of its own. */
  readonly fallback: string;
  readonly accepts: string;
  readonly description: string;
}

export function describe(options: Options): OptionRow[] {
  return Object.entries(options).map(([name, option]) => ({
    option: name,
    env: option.env,
    fallback: fallbackText(option.fallback, option.kind.format),
    accepts: option.kind.accepts,
    description: option.description,
  }));
}

function fallbackText(fallback: unknown, format: (value: NonNullable<unknown>) => string): string {
  if (fallback === undefined) return 'required';
  return fallback === null ? 'none' : format(fallback);
}
