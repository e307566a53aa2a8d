/** What is wrong with one field of an item, or with the item as a whole. */
import { quoteValue } from './quote-value.js';

export class FieldProblem {
  constructor(
    /** Kebab-case; see `Rejection`. */
    readonly code: string,
    readonly field: string | null,
    /** Quoted and shortened; null when there is none to show. */
    readonly value: string | null,
    readonly message: string,
  ) {}
}

/** A problem with a value: `field must be expected, got value`. */
export function wrongValue(code: string, field: string, value: unknown, expected: string): FieldProblem {
  const shown = quoteValue(value);
  return new FieldProblem(code, field, shown, `${field} must be ${expected}, got ${shown}`);
}

export function missing(field: string, expected: string): FieldProblem {
  return new FieldProblem('missing-field', field, null, `${field} is missing; it must be ${expected}`);
}
