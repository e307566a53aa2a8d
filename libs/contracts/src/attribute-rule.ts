/** The rule of the field `attributes`: names, values and bounds of what rules may group by and filter on. */
import { plainDecimal, readDecimal } from './decimal.js';
import { NO_ATTRIBUTES } from './event.js';
import type { Attribute, AttributeKind } from './event.js';
import {
  EVENT_FIELDS,
  MAX_ATTRIBUTE_NAME_BYTES,
  MAX_ATTRIBUTE_VALUE_BYTES,
  MAX_ATTRIBUTES,
} from './event-fields.js';
import { ExactNumber } from './exact-json.js';
import { FieldProblem, wrongValue } from './field-problem.js';
import { quoteValue } from './quote-value.js';
import { freeTextProblem, nameProblem } from './text-checks.js';

/** Attributes as they came: the members of `attributes` first, then the other top-level scalars. */
export class RawAttributes {
  readonly names: string[] = [];
  readonly values: unknown[] = [];

  /** Takes one more; those past the bound are let go by, since the event is refused anyway. */
  add(name: string, value: unknown): void {
    if (this.names.length > MAX_ATTRIBUTES) return;
    this.names.push(name);
    this.values.push(value);
  }
}

const FIELD_NAMES: ReadonlySet<string> = new Set<string>([...EVENT_FIELDS, 'attributes']);

/** Names found to be fine, for most publishers send the same few; bounded, since they come from outside. */
const KNOWN_NAMES = new Set<string>();
const MAX_KNOWN_NAMES = 1000;

function isName(name: string): boolean {
  if (KNOWN_NAMES.has(name)) return true;
  if (FIELD_NAMES.has(name) || nameProblem(name, MAX_ATTRIBUTE_NAME_BYTES) !== null) return false;
  if (KNOWN_NAMES.size < MAX_KNOWN_NAMES) KNOWN_NAMES.add(name);
  return true;
}

export function readAttributes(raw: unknown): readonly Attribute[] | FieldProblem {
  if (raw === null) return NO_ATTRIBUTES;
  if (!(raw instanceof RawAttributes)) {
    return wrongValue('invalid-attribute', 'attributes', raw, 'an object of texts, numbers and booleans');
  }
  const { names, values } = raw;
  if (names.length > MAX_ATTRIBUTES) {
    const message = `attributes must be at most ${MAX_ATTRIBUTES}, with the other top-level scalars among them`;
    return new FieldProblem('too-many-attributes', 'attributes', null, message);
  }
  const attributes: Attribute[] = [];
  for (let i = 0; i < names.length; i++) {
    const attribute = readAttribute(names[i], values[i]);
    if (attribute instanceof FieldProblem) return attribute;
    insert(attributes, attribute);
  }
  return attributes;
}

function readAttribute(name: string, value: unknown): Attribute | FieldProblem {
  if (!isName(name)) return wrongName(name);
  switch (typeof value) {
    case 'string':
      return freeTextProblem(value, MAX_ATTRIBUTE_VALUE_BYTES) === null
        ? attribute(name, 'string', value)
        : refusedValue(name, value);
    case 'number':
      return attribute(
        name,
        'number',
        Number.isSafeInteger(value) ? String(value + 0) : plainText(String(value)),
      );
    case 'boolean':
      return attribute(name, 'boolean', value ? 'true' : 'false');
    default:
      return value instanceof ExactNumber ? readExact(name, value) : refusedValue(name, value);
  }
}

function attribute(name: string, kind: AttributeKind, text: string): Attribute {
  return { name, kind, text };
}

function readExact(name: string, value: ExactNumber): Attribute | FieldProblem {
  const decimal = readDecimal(value.text);
  const text = decimal && plainDecimal(decimal, MAX_ATTRIBUTE_VALUE_BYTES - 3);
  return text === null ? refusedValue(name, value) : attribute(name, 'number', text);
}

/** The canonical text of a number that is not a whole one; a double's text is far below the bound. */
function plainText(text: string): string {
  const decimal = readDecimal(text);
  return (decimal && plainDecimal(decimal, MAX_ATTRIBUTE_VALUE_BYTES)) ?? text;
}

function refusedValue(name: string, value: unknown): FieldProblem {
  const form = `a text of at most ${MAX_ATTRIBUTE_VALUE_BYTES} bytes without NUL or lone surrogates, a number or a boolean`;
  return wrongValue('invalid-attribute', name, value, form);
}

function wrongName(name: string): FieldProblem {
  const shown = quoteValue(name);
  const message = FIELD_NAMES.has(name)
    ? `${shown} is a field of the event and cannot be an attribute; put it beside "attributes"`
    : `an attribute's name must be 1 to ${MAX_ATTRIBUTE_NAME_BYTES} bytes of printable UTF-8, got ${shown}`;
  return new FieldProblem('invalid-attribute', 'attributes', shown, message);
}

/** Keeps the list sorted by name, by UTF-16 units; most lists are short. */
function insert(attributes: Attribute[], added: Attribute): void {
  let at = attributes.length;
  attributes.push(added);
  while (at > 0 && attributes[at - 1].name > added.name) {
    attributes[at] = attributes[at - 1];
    at--;
  }
  attributes[at] = added;
}
