/** A message of `INTAKE` into events. A function of the message alone: read again, it gives the same. */
import { gunzipSync } from 'node:zlib';
import { decodeBody, type DecodedBody, type Rejection } from '#contracts';
import type { LogMessage } from '#jetstream';
import { formatOf } from '../http/media-type.js';

export interface IntakeLimits {
  readonly maxItems: number;
  readonly maxDepth: number;
  /** Most bytes of a message once inflated. */
  readonly maxBodyBytes: number;
}

export function decodeIntakeMessage(message: LogMessage, limits: IntakeLimits): DecodedBody {
  const { maxItems, maxDepth } = limits;
  const contentType = message.header('Content-Type');
  const format = (contentType === undefined ? null : formatOf(contentType)) ?? 'detect';
  let body = message.data;
  if (/^\s*(x-)?gzip\s*$/i.test(message.header('Content-Encoding') ?? '')) {
    try {
      body = gunzipSync(body, { maxOutputLength: limits.maxBodyBytes });
    } catch (error) {
      return refusedWhole(message, error as NodeJS.ErrnoException);
    }
  }
  return decodeBody(body, format, { receivedAt: message.timeMs, maxItems, maxDepth });
}

function refusedWhole({ data }: LogMessage, error: NodeJS.ErrnoException): DecodedBody {
  const tooLarge = error.code === 'ERR_BUFFER_TOO_LARGE';
  const rejection: Rejection = {
    index: 0,
    code: tooLarge ? 'body-too-large' : 'malformed-gzip',
    field: null,
    value: null,
    message: tooLarge
      ? 'the message is too large once inflated'
      : `the message is not gzip: ${error.message}`,
    bytes: data,
  };
  return { events: [], eventIndexes: [], rejected: [rejection], items: 1 };
}
