/** Dead letters: refused input, with the bytes, the source, the time and the reason. */
import { decodeJsonObject, encodeJson, MessageError, requireFields } from './message-json.js';

export type DeadLetterSourceKind = 'http' | 'nats' | 'kafka' | 'log';

export interface DeadLetterSource {
  readonly kind: DeadLetterSourceKind;
  /** Remote address, subject or topic. */
  readonly name: string;
  /** Position in a stream or topic; null over HTTP. */
  readonly sequence: number | null;
  /** Which item of the body. */
  readonly index: number;
}

export interface DeadLetter {
  readonly id: string;
  /** The refusal's code, last token of the subject. */
  readonly reason: string;
  readonly field: string | null;
  /** The offending value, quoted and shortened. */
  readonly value: string | null;
  readonly message: string;
  readonly source: DeadLetterSource;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** The bytes as they came. */
  readonly payload: Uint8Array;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** JSON; the payload stays readable text where it is UTF-8, and is base64 where not (`payloadEncoding`). */
export function encodeDeadLetter(letter: DeadLetter): Uint8Array {
  const { payload, ...rest } = letter;
  const text = asText(payload);
  return encodeJson(
    text === null
      ? { ...rest, payloadEncoding: 'base64', payload: toBase64(payload) }
      : { ...rest, payloadEncoding: 'utf-8', payload: text },
  );
}

/** Throws `MessageError` when the bytes are no dead letter. */
export function decodeDeadLetter(bytes: Uint8Array): DeadLetter {
  const value = decodeJsonObject(bytes, 'dead letter');
  requireFields(value, 'dead letter', {
    id: 'string',
    reason: 'string',
    message: 'string',
    source: 'object',
    receivedAt: 'number',
    payload: 'string',
    payloadEncoding: 'string',
  });
  const { payload, payloadEncoding, ...rest } = value as Record<string, unknown> & { payload: string };
  return { ...rest, payload: readPayload(payload, payloadEncoding) } as unknown as DeadLetter;
}

function readPayload(payload: string, encoding: unknown): Uint8Array {
  if (encoding === 'utf-8') return encoder.encode(payload);
  if (encoding === 'base64') return fromBase64(payload);
  throw new MessageError(
    `dead letter's payloadEncoding must be utf-8 or base64, got ${JSON.stringify(encoding)}`,
  );
}

function asText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch (error) {
    throw new MessageError(`dead letter's payload is not base64: ${text.slice(0, 100)}`, { cause: error });
  }
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
