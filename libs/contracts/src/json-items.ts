/** JSON values as items. */
import { incomingFromObject, nestsDeeper, tooDeep } from './event-record.js';
import { mayHoldInexactNumbers, parseExactJson } from './exact-json.js';
import { FieldProblem } from './field-problem.js';
import type { IncomingEvent } from './incoming-event.js';
import type { DecodeOptions, ItemCollector } from './item-collector.js';
import { quoteValue } from './quote-value.js';

const encoder = new TextEncoder();

/** The parser quotes the text as it is; messages are stored and shown. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/** The value, numbers exact where a double would not do; or why there is none. */
export function parseJson(text: string, { maxDepth }: DecodeOptions): unknown {
  try {
    return mayHoldInexactNumbers(text) ? parseExactJson(text) : (JSON.parse(text) as unknown);
  } catch (error) {
    // Only the walk over the parsed value recurses: it runs out of stack many thousand levels beyond any limit.
    if (error instanceof RangeError) return tooDeep(maxDepth);
    const reason = (error as Error).message.replace(UNPRINTABLE, '\ufffd').slice(0, 200);
    return new FieldProblem('invalid-json', null, quoteValue(text), `not valid JSON: ${reason}`);
  }
}

/** One parsed value as an event to be checked. */
export function incomingFromJson(value: unknown, options: DecodeOptions): IncomingEvent | FieldProblem {
  if (value instanceof FieldProblem) return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return incomingFromObject(value as Record<string, unknown>, options.receivedAt, options.maxDepth);
  }
  if (nestsDeeper(value, options.maxDepth)) return tooDeep(options.maxDepth);
  const shown = quoteValue(value);
  return new FieldProblem('not-an-object', null, shown, `an event must be a JSON object, got ${shown}`);
}

/** Takes in the elements of an array. `body` stands in for an element that is too deep to be written out again. */
export function collectArray(elements: readonly unknown[], body: Uint8Array, collector: ItemCollector): void {
  for (const element of elements) {
    if (!collector.hasRoom()) return;
    const problem = collector.take(incomingFromJson(element, collector.options));
    if (problem !== null) collector.reject(problem, rewritten(element, body));
  }
}

function rewritten(element: unknown, body: Uint8Array): Uint8Array {
  try {
    return encoder.encode(JSON.stringify(element));
  } catch {
    return body;
  }
}
