/** JSON whose numbers stay exact: where a binary float might not do, the number's own text is kept. */

/** A number as it stood in the JSON text. */
export class ExactNumber {
  constructor(readonly text: string) {}

  /** Writes the number back digit for digit. */
  toJSON(): unknown {
    return rawJson.rawJSON(this.text);
  }
}

/** Parts of JavaScript that TypeScript's library does not describe yet. */
const rawJson = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
};

/**
 * Where a number of more than 15 characters, or with an exponent, may begin a value. Texts can look so as well:
 * then the slower way is taken needlessly, and nothing else.
 */
const MAYBE_INEXACT = /[:[,]\s*-?[0-9](?:[0-9.]{15}|[0-9.]*[eE])/;

/** Whether `text` may hold numbers that `JSON.parse` would round or whose form would be lost. */
export function mayHoldInexactNumbers(text: string): boolean {
  return MAYBE_INEXACT.test(text);
}

/** As `JSON.parse`, with an `ExactNumber` for each number. Throws `SyntaxError`, and `RangeError` on absurd depth. */
export function parseExactJson(text: string): unknown {
  return rawJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? new ExactNumber(source) : value,
  );
}
