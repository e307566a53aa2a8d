/** JSON bodies of messages that our own parts write and read back. */

/** A message of ours that cannot be read: written by a newer version, or not by us. Giving up on it is all one can do. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The JSON object in `bytes`; `what` names the kind of message in the error. Throws `MessageError`. */
export function decodeJsonObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new MessageError(`${what} is not JSON in UTF-8: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MessageError(`${what} must be a JSON object, got ${JSON.stringify(value).slice(0, 100)}`);
  }
  return value as Record<string, unknown>;
}

type FieldType = 'string' | 'number' | 'object' | 'boolean';

/** Checks that each named field has the type that the reader depends on. Throws `MessageError`. */
export function requireFields(
  value: Record<string, unknown>,
  what: string,
  fields: Readonly<Record<string, FieldType>>,
): void {
  for (const [name, type] of Object.entries(fields)) {
    const found = value[name];
    if (typeof found !== type || found === null) {
      const shown = (JSON.stringify(found) ?? 'nothing').slice(0, 100);
      throw new MessageError(`${what} must have a field ${name} of type ${type}, got ${shown}`);
    }
  }
}
