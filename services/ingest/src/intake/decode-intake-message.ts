/** A message of `INTAKE` into events. A function of the message alone: read again, it gives the same. */
import { gunzipSync } from 'node:zlib';
import { type BodyFormat, decodeBody, type DecodedBody, type Rejection } from '#contracts';
import type { LogMessage } from '#jetstream';
import { formatOf } from '../http/media-type.js';

export interface IntakeLimits {
  readonly maxItems: number;
  readonly maxDepth: number;
  /** Most bytes of a message once inflated. */
  readonly maxBodyBytes: number;
}

/** Never throws: a message that cannot be decoded is refused as a whole, or it would hold up all behind it for ever. */
export function decodeIntakeMessage(message: LogMessage, limits: IntakeLimits): DecodedBody {
  const { maxItems, maxDepth } = limits;
  try {
    const body = bodyOf(message, limits.maxBodyBytes);
    if (body instanceof Uint8Array) {
      return decodeBody(body, bodyFormat(message), { receivedAt: message.timeMs, maxItems, maxDepth });
    }
    return refusedWhole(message, body.code, body.problem);
  } catch (error) {
    return refusedWhole(
      message,
      'undecodable',
      `the message could not be decoded: ${(error as Error).message}`,
    );
  }
}

function bodyFormat(message: LogMessage): BodyFormat {
  const contentType = message.header('Content-Type');
  return (contentType === undefined ? null : formatOf(contentType)) ?? 'detect';
}

function bodyOf(message: LogMessage, maxBytes: number): Uint8Array | { code: string; problem: string } {
  if (!/^\s*(x-)?gzip\s*$/i.test(message.header('Content-Encoding') ?? '')) return message.data;
  try {
    return gunzipSync(message.data, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE'
      ? { code: 'body-too-large', problem: `the message is larger than ${maxBytes} bytes once inflated` }
      : { code: 'malformed-gzip', problem: `the message is not gzip: ${reason}` };
  }
}

function refusedWhole({ data }: LogMessage, code: string, message: string): DecodedBody {
  const rejection: Rejection = { index: 0, code, field: null, value: null, message, bytes: data };
  return { events: [], eventIndexes: [], rejected: [rejection], items: 1 };
}
