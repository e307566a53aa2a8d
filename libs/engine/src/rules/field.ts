/** A field of a rule, resolved: where an entry has it, and how its values compare. */
import type { AccountEvent } from '#contracts';
import type { Contents } from '../history/contents.js';

export type FieldKind =
  'eventId' | 'accountId' | 'eventType' | 'country' | 'eventTime' | 'amount' | 'currency' | 'attribute';

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** The attribute's name among the texts; 0 for the others. */
  readonly attribute: number;
}

const KINDS: ReadonlySet<string> = new Set([
  'eventId',
  'accountId',
  'eventType',
  'country',
  'eventTime',
  'amount',
  'currency',
]);

export function fieldKind(name: string): FieldKind {
  return KINDS.has(name) ? (name as FieldKind) : 'attribute';
}

export function eventHas(event: AccountEvent, field: Field): boolean {
  if (field.kind === 'attribute') return hasAttribute(event, field.name);
  if (field.kind === 'country') return event.country !== null;
  if (field.kind === 'amount') return event.amount !== null;
  return field.kind !== 'currency' || event.currency !== null;
}

function hasAttribute(event: AccountEvent, name: string): boolean {
  const { attributes } = event;
  for (let i = 0; i < attributes.length; i++) if (attributes[i].name === name) return true;
  return false;
}

/** As `eventHas`, of a held content. */
export function contentHas(contents: Contents, content: number, field: Field): boolean {
  if (field.kind === 'attribute') return contents.attribute(content, field.attribute) !== 0;
  if (field.kind === 'country') return contents.country(content) !== 0;
  if (field.kind === 'amount') return contents.hasAmount(content);
  return field.kind !== 'currency' || contents.currency(content) !== 0;
}
