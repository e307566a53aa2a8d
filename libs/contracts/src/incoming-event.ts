/**
 * The one definition of a valid event: a class whose decorators say, for class-validator, by which rule each field
 * is read. The fast path (`event-reader.ts`) is made from what class-validator recorded of this class.
 */
import { registerDecorator } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import { readAttributes } from './attribute-rule.js';
import { FieldProblem } from './field-problem.js';
import * as rules from './field-rules.js';
import type { FieldContext, FieldRule } from './field-rules.js';

/** Has class-validator judge the field by `rule`, and keeps the rule where the fast path finds it. */
function ReadBy(rule: FieldRule): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: rule.name,
      target: target.constructor,
      propertyName: String(propertyName),
      constraints: [rule],
      validator: {
        validate: (value, args) => problemOf(rule, value, args) === null,
        defaultMessage: (args) => (args && problemOf(rule, args.value, args)?.message) ?? '',
      },
    });
  };
}

function problemOf(
  rule: FieldRule,
  value: unknown,
  args: ValidationArguments | undefined,
): FieldProblem | null {
  const result = rule(value, args?.object as unknown as FieldContext);
  return result instanceof FieldProblem ? result : null;
}

/** An event as it came, under canonical names; `null` is absence. */
export class IncomingEvent implements FieldContext {
  @ReadBy(rules.readEventId)
  eventId: unknown = null;

  @ReadBy(rules.readAccountId)
  accountId: unknown = null;

  @ReadBy(rules.readEventType)
  eventType: unknown = null;

  @ReadBy(rules.readCountry)
  country: unknown = null;

  @ReadBy(rules.readEventTime)
  eventTime: unknown = null;

  @ReadBy(rules.readAmount)
  amount: unknown = null;

  @ReadBy(rules.readCurrency)
  currency: unknown = null;

  /** `RawAttributes`, or whatever stood where an object should. */
  @ReadBy(readAttributes)
  attributes: unknown = null;

  constructor(readonly receivedAt: number) {}
}
