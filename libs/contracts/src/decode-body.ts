/** Bodies from outside into events: every format, over HTTP and NATS alike. */
import { decodeUtf8, lineBytes, visitLines } from './body-text.js';
import { CsvReader } from './csv-items.js';
import { FieldProblem } from './field-problem.js';
import type { IncomingEvent } from './incoming-event.js';
import { ItemCollector, refuseBody } from './item-collector.js';
import type { DecodedBody, DecodeOptions } from './item-collector.js';
import { collectArray, incomingFromJson, parseJson } from './json-items.js';

/** `detect`: JSON when the whole body is; else each line is JSON when it begins with `{` or `[`, or else CSV. */
export type BodyFormat = 'json' | 'ndjson' | 'csv' | 'detect';

/** Never throws on bad input: what cannot be an event is among `rejected`, so that no body leads to nothing. */
export function decodeBody(bytes: Uint8Array, format: BodyFormat, options: DecodeOptions): DecodedBody {
  const text = decodeUtf8(bytes);
  if (text !== null && text.trim() === '') {
    return refuseBody(
      new FieldProblem('empty-body', null, null, 'the body is empty; it must hold an event'),
      bytes,
    );
  }
  if (format === 'json')
    return text === null ? refuseBody(notUtf8(), bytes) : decodeWhole(text, bytes, options);
  if (format === 'ndjson') return decodeJsonLines(text, bytes, options);
  return format === 'csv' ? decodeCsv(text, bytes, options) : detect(text, bytes, options);
}

function notUtf8(): FieldProblem {
  return new FieldProblem('invalid-utf8', null, null, 'not valid UTF-8');
}

function detect(text: string | null, bytes: Uint8Array, options: DecodeOptions): DecodedBody {
  const first = firstCharacter(text, bytes);
  if (text !== null && (first === '{' || first === '[')) {
    const value = parseJson(text, options);
    if (!(value instanceof FieldProblem)) return collectWhole(value, bytes, options);
    if (!looksLikeLines(text)) return refuseBody(value, bytes);
  }
  return decodeMixedLines(text, bytes, options);
}

function firstCharacter(text: string | null, bytes: Uint8Array): string {
  if (text !== null) return text.trimStart().charAt(0);
  const first = bytes.find((byte) => byte > 0x20);
  return first === undefined ? '' : String.fromCharCode(first);
}

/** Whether text that is not JSON as a whole has a line that is an object: then each line stands for itself. */
function looksLikeLines(text: string): boolean {
  let found = false;
  visitLines(text, NO_BYTES, (line) => {
    found = line !== null && line.startsWith('{') && isJson(line);
    return !found;
  });
  return found;
}

const NO_BYTES = new Uint8Array(0);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function decodeWhole(text: string, bytes: Uint8Array, options: DecodeOptions): DecodedBody {
  const value = parseJson(text, options);
  return value instanceof FieldProblem ? refuseBody(value, bytes) : collectWhole(value, bytes, options);
}

function collectWhole(value: unknown, bytes: Uint8Array, options: DecodeOptions): DecodedBody {
  const collector = new ItemCollector(options);
  if (Array.isArray(value)) {
    collectArray(value, bytes, collector);
  } else if (collector.hasRoom()) {
    const problem = collector.take(incomingFromJson(value, options));
    if (problem !== null) collector.reject(problem, bytes);
  }
  return collector.result(bytes);
}

function decodeJsonLines(text: string | null, bytes: Uint8Array, options: DecodeOptions): DecodedBody {
  return decodeLines(text, bytes, options, (line) => incomingFromJson(parseJson(line, options), options));
}

function decodeCsv(text: string | null, bytes: Uint8Array, options: DecodeOptions): DecodedBody {
  const csv = new CsvReader(options.receivedAt);
  const decoded = decodeLines(text, bytes, options, (line) => csv.read(line));
  return csv.headerProblem === null ? decoded : refuseBody(csv.headerProblem, bytes);
}

/** Lines of which each is JSON or CSV by its first character. */
function decodeMixedLines(text: string | null, bytes: Uint8Array, options: DecodeOptions): DecodedBody {
  const csv = new CsvReader(options.receivedAt);
  const decoded = decodeLines(text, bytes, options, (line) => {
    const first = line.charAt(0);
    if (first === '{' || first === '[') return incomingFromJson(parseJson(line, options), options);
    return csv.read(line);
  });
  return csv.headerProblem === null ? decoded : refuseBody(csv.headerProblem, bytes);
}

/** Reads one line; null when it is no item. */
type LineReader = (line: string) => IncomingEvent | FieldProblem | null;

function decodeLines(
  text: string | null,
  bytes: Uint8Array,
  options: DecodeOptions,
  read: LineReader,
): DecodedBody {
  const collector = new ItemCollector(options);
  visitLines(text, bytes, (line, raw) => {
    const incoming = line === null ? notUtf8() : read(line);
    if (incoming === null) return true;
    if (!collector.hasRoom()) return false;
    const problem = collector.take(incoming);
    if (problem !== null) collector.reject(problem, lineBytes(line, raw));
    return true;
  });
  return collector.result(bytes);
}
