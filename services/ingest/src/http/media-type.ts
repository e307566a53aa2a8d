/** What a request says of its body: format, character set, compression. */
import type { BodyFormat } from '#contracts';
import { HttpRefusal } from './http-refusal.js';

const FORMATS: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'text/csv': 'csv',
};

/** ASCII is a part of UTF-8. */
const CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

const ACCEPTED = 'application/json, application/x-ndjson or text/csv';

/** The format that a `Content-Type` names, or `null` when it names none that is taken. */
export function formatOf(contentType: string): BodyFormat | null {
  const semicolon = contentType.indexOf(';');
  const essence = semicolon < 0 ? contentType : contentType.slice(0, semicolon);
  return FORMATS[essence.trim().toLowerCase()] ?? null;
}

/** Throws 415 when the header is missing or names a type or character set that is not taken. */
export function requireFormat(contentType: string | undefined): BodyFormat {
  if (contentType === undefined) {
    throw new HttpRefusal(415, 'missing-content-type', `Content-Type is missing; accepted: ${ACCEPTED}`);
  }
  const format = formatOf(contentType);
  if (format === null) {
    const message = `Content-Type ${quote(contentType)} is not taken; accepted: ${ACCEPTED}`;
    throw new HttpRefusal(415, 'unsupported-content-type', message);
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1];
  if (charset !== undefined && !CHARSETS.has(charset.toLowerCase())) {
    const message = `charset ${quote(charset)} is not taken; accepted: utf-8`;
    throw new HttpRefusal(415, 'unsupported-charset', message);
  }
  return format;
}

export type Compression = 'gzip' | 'none';

/** Throws 415 for a `Content-Encoding` that is not taken. */
export function requireCompression(contentEncoding: string | undefined): Compression {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return 'none';
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  const message = `Content-Encoding ${quote(encoding)} is not taken; accepted: gzip`;
  throw new HttpRefusal(415, 'unsupported-content-encoding', message, { 'accept-encoding': 'gzip' });
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
