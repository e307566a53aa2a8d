/**
 * The fast path of validation: the rules that class-validator holds for `IncomingEvent`, called directly.
 * What is accepted, and which field is at fault first, is the same either way.
 */
import { getMetadataStorage } from 'class-validator';
import type { AccountEvent } from './event.js';
import { FieldProblem } from './field-problem.js';
import type { FieldRule } from './field-rules.js';
import { IncomingEvent } from './incoming-event.js';

type Rules = { readonly [Field in keyof AccountEvent]: FieldRule<AccountEvent[Field]> };

const RULES = collectRules();

/** The rules by field. Throws when the class says anything that the fast path would not heed. */
function collectRules(): Rules {
  const rules = new Map<string, FieldRule>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(IncomingEvent, '', true, false)) {
    const rule: unknown = metadata.constraints?.[0];
    const { propertyName } = metadata;
    if (typeof rule !== 'function' || rules.has(propertyName) || metadata.validateIf || metadata.each) {
      throw new Error(`IncomingEvent.${propertyName} must have exactly one decorator, @ReadBy(rule)`);
    }
    rules.set(propertyName, rule as FieldRule);
  }
  return Object.fromEntries(rules) as unknown as Rules;
}

/** The event, or the first problem in the order in which the class names its fields. */
export function readIncomingEvent(raw: IncomingEvent): AccountEvent | FieldProblem {
  const eventId = RULES.eventId(raw.eventId, raw);
  if (eventId instanceof FieldProblem) return eventId;
  const accountId = RULES.accountId(raw.accountId, raw);
  if (accountId instanceof FieldProblem) return accountId;
  const eventType = RULES.eventType(raw.eventType, raw);
  if (eventType instanceof FieldProblem) return eventType;
  const country = RULES.country(raw.country, raw);
  if (country instanceof FieldProblem) return country;
  const eventTime = RULES.eventTime(raw.eventTime, raw);
  if (eventTime instanceof FieldProblem) return eventTime;
  const amount = RULES.amount(raw.amount, raw);
  if (amount instanceof FieldProblem) return amount;
  const currency = RULES.currency(raw.currency, raw);
  if (currency instanceof FieldProblem) return currency;
  const attributes = RULES.attributes(raw.attributes, raw);
  if (attributes instanceof FieldProblem) return attributes;
  return { eventId, accountId, eventType, eventTime, country, amount, currency, attributes };
}
