import type { Attribute } from '#contracts';

/** Attribute names as JSON; few and repeated, so worth keeping. Bounded: names come from outside. */
const quotedNames = new Map<string, string>();
const MAX_QUOTED_NAMES = 10_000;

/** The attributes as one JSON object, numbers with exactly the digits they came with; `null` when there are none. */
export function attributesToJson(attributes: readonly Attribute[]): string | null {
  if (attributes.length === 0) return null;
  let json = '{';
  for (let i = 0; i < attributes.length; i++) {
    const { name, kind, text } = attributes[i];
    if (i > 0) json += ',';
    json += quoteName(name) + ':' + (kind === 'string' ? JSON.stringify(text) : text);
  }
  return json + '}';
}

function quoteName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  if (quotedNames.size >= MAX_QUOTED_NAMES) quotedNames.clear();
  const quoted = JSON.stringify(name);
  quotedNames.set(name, quoted);
  return quoted;
}
