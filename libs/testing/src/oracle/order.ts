/** The order of an account's events, written down once more and apart from the engine's. */
import { Buffer } from 'node:buffer';
import type { AccountEvent } from '#contracts';

/** Negative, zero or positive, as `a` comes before, with or after `b` by its UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** By event time; at equal times a log-out first; then by the bytes of the event's id. */
export function compareEvents(a: AccountEvent, b: AccountEvent): number {
  if (a.eventTime !== b.eventTime) return a.eventTime - b.eventTime;
  const aLeaves = a.eventType === 'log-out';
  const bLeaves = b.eventType === 'log-out';
  if (aLeaves !== bLeaves) return aLeaves ? -1 : 1;
  return compareBytes(a.eventId, b.eventId);
}

/** One text for each identity within an account. */
export function identityKey(event: AccountEvent): string {
  return JSON.stringify([event.eventTime, event.eventId]);
}

/** Whether two versions of one identity say the same in every field. */
export function saysTheSame(a: AccountEvent, b: AccountEvent): boolean {
  return contentText(a) === contentText(b);
}

function contentText(event: AccountEvent): string {
  const attributes = event.attributes.map(({ name, kind, text }) => [name, kind, text]);
  return JSON.stringify([event.eventType, event.country, event.amount, event.currency, attributes]);
}
