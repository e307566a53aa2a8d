/** Values from outside in error messages. */
import { ExactNumber } from './exact-json.js';

const QUOTE_CHARS = 100;

/** As JSON, shortened, free of control characters and lone surrogates; objects and arrays only by their brackets. */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (value instanceof ExactNumber) return shorten(value.text);
  if (Array.isArray(value)) return '[…]';
  return typeof value === 'object' && value !== null ? '{…}' : shorten(String(value));
}

function shorten(text: string): string {
  return text.length <= QUOTE_CHARS ? text : `${text.slice(0, QUOTE_CHARS)}…`;
}
