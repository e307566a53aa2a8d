/** JSON objects as incoming events: canonical names, aliases, and everything else an attribute. */
import { RawAttributes } from './attribute-rule.js';
import { EVENT_FIELDS, FIELD_ALIASES } from './event-fields.js';
import { ExactNumber } from './exact-json.js';
import { FieldProblem } from './field-problem.js';
import { IncomingEvent } from './incoming-event.js';

type JsonObject = Record<string, unknown>;

/**
 * Sorts the members of `object` into fields and attributes; `null` is absence. Objects and arrays beside
 * `attributes` are not part of an event and are passed over, unless they nest deeper than `maxDepth`.
 */
export function incomingFromObject(
  object: JsonObject,
  receivedAt: number,
  maxDepth: number,
): IncomingEvent | FieldProblem {
  const raw = new IncomingEvent(receivedAt);
  let aliased = false;
  let others: RawAttributes | null = null;
  for (const name in object) {
    const value = object[name];
    if (value === null) continue;
    if (isNested(value) && nestsDeeper(value, maxDepth - 1)) return tooDeep(maxDepth);
    switch (name) {
      case 'eventId':
        raw.eventId = value;
        break;
      case 'accountId':
        raw.accountId = value;
        break;
      case 'eventType':
        raw.eventType = value;
        break;
      case 'country':
        raw.country = value;
        break;
      case 'eventTime':
        raw.eventTime = value;
        break;
      case 'amount':
        raw.amount = value;
        break;
      case 'currency':
        raw.currency = value;
        break;
      case 'attributes':
        raw.attributes = value;
        break;
      case 'transactionId':
      case 'userId':
      case 'payerId':
      case 'locationCountry':
      case 'eventTimeStamp':
      case 'timestamp':
      case 'paymentAmount':
        aliased = true;
        break;
      default:
        if (!isNested(value)) (others ??= new RawAttributes()).add(name, value);
    }
  }
  if (aliased) readAliases(raw, object);
  raw.attributes = isPlainObject(raw.attributes) ? merge(raw.attributes, others) : (raw.attributes ?? others);
  return raw;
}

function readAliases(raw: IncomingEvent, object: JsonObject): void {
  for (const field of EVENT_FIELDS) {
    for (const alias of FIELD_ALIASES[field]) {
      raw[field] ??= Object.hasOwn(object, alias) ? object[alias] : null;
    }
  }
}

/** What `attributes` says wins over a top-level scalar of the same name. */
function merge(attributes: JsonObject, others: RawAttributes | null): RawAttributes | null {
  const merged = new RawAttributes();
  for (const name in attributes) if (attributes[name] !== null) merged.add(name, attributes[name]);
  others?.names.forEach((name, i) => {
    if ((Object.hasOwn(attributes, name) ? attributes[name] : null) === null)
      merged.add(name, others.values[i]);
  });
  return merged.names.length > 0 ? merged : null;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

function isPlainObject(value: unknown): value is JsonObject {
  return isNested(value) && !Array.isArray(value);
}

/** Whether `value`, an object or array, nests deeper than `levels`; looks no deeper than that. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (!isNested(value)) return false;
  if (levels <= 0) return true;
  for (const member of Object.values(value)) if (nestsDeeper(member, levels - 1)) return true;
  return false;
}

export function tooDeep(maxDepth: number): FieldProblem {
  return new FieldProblem('too-deep', null, null, `an event must nest at most ${maxDepth} levels deep`);
}
