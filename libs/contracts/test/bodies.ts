/** What the tests of body decoding share: bodies of one event, and how to read the outcome. */
import { decodeBody } from '../src/decode-body.js';
import type { BodyFormat } from '../src/decode-body.js';
import type { AccountEvent } from '../src/event.js';

export const NOW = 4_102_444_800_000;
export const OPTIONS = { receivedAt: NOW, maxItems: 1000, maxDepth: 8 };
export const encoder = new TextEncoder();
export const decoder = new TextDecoder();
export const FORMATS: BodyFormat[] = ['json', 'ndjson', 'csv', 'detect'];

export function decode(body: string | Uint8Array, format: BodyFormat = 'detect', options = OPTIONS) {
  return decodeBody(typeof body === 'string' ? encoder.encode(body) : body, format, options);
}

/** The one event in `body`. */
export function one(body: string, format: BodyFormat = 'detect'): AccountEvent {
  const { events, rejected, items } = decode(body, format);
  expect(rejected).toEqual([]);
  expect(items).toBe(1);
  return events[0];
}

/** Code and field of the one refusal in `body`. */
export function refusal(body: string, format: BodyFormat = 'detect'): [string, string | null] {
  const { rejected, items, events } = decode(body, format);
  expect(items).toBe(1);
  expect(events).toEqual([]);
  return [rejected[0].code, rejected[0].field];
}

export const base = {
  eventId: 'e1',
  accountId: 'a1',
  eventType: 'login',
  country: 'NL',
  eventTime: 1601736282,
};
export const json = (over: Record<string, unknown> = {}): string => JSON.stringify({ ...base, ...over });
export const GOOD = json();
export const plain: AccountEvent = {
  ...base,
  eventTime: 1601736282000,
  amount: null,
  currency: null,
  attributes: [],
};
