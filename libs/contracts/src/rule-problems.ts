/** Collects what is wrong with a rule, so that its author sees all of it at once. */
import { quoteValue } from './quote-value.js';

export interface RuleProblem {
  /** Path within the rule, such as `having[0].limit`. */
  readonly field: string;
  /** The offending value, quoted and shortened. */
  readonly value: string;
  /** What is wrong, and what would be accepted. */
  readonly message: string;
}

/** A rule that cannot be taken. Only its author can mend it. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  constructor(readonly problems: readonly RuleProblem[]) {
    super(problems.map(({ message }) => message).join('; '));
  }
}

export type JsonObject = Record<string, unknown>;

export class ProblemList {
  private readonly problems: RuleProblem[] = [];

  /** Notes that `field` should have been `expected`. */
  add(field: string, value: unknown, expected: string): void {
    const shown = value === undefined ? 'nothing' : quoteValue(value);
    this.problems.push({ field, value: shown, message: `${field} must be ${expected}, got ${shown}` });
  }

  /** Notes a problem in its own words. */
  say(field: string, value: unknown, message: string): void {
    this.problems.push({ field, value: value === undefined ? 'nothing' : quoteValue(value), message });
  }

  refuseUnknown(object: JsonObject, path: string, known: readonly string[]): void {
    for (const name of Object.keys(object)) {
      if (known.includes(name)) continue;
      const field = path === '' ? name : `${path}.${name}`;
      this.say(field, object[name], `${field} is no field of a rule; known here: ${known.join(', ')}`);
    }
  }

  throwIfAny(): void {
    if (this.problems.length > 0) throw new RuleError(this.problems);
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
