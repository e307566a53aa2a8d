/** Cuts input into items without reading what is in them: ingest alone judges, and gets the bytes as they came. */
import { JsonItems } from './json-items.js';

export type InputFormat = 'json' | 'ndjson' | 'csv';

export interface Item {
  readonly bytes: Buffer;
  /** Where it begins: the line of the input, from 1. */
  readonly line: number;
}

const LINE_FEED = 0x0a;
const BRACKET = 0x5b;
const BRACE = 0x7b;
/** An item beyond this is cut off by ingest anyway. */
const LONGEST_ITEM = 64 * 1024 * 1024;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Some programs begin a file of UTF-8 with a mark that is no part of its text. */
export async function* withoutByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK);
    first = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}

/** The lines that are not blank, without their ends. */
export async function* lineItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<Item> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  for await (const chunk of chunks) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let end = data.indexOf(LINE_FEED); end >= 0; end = data.indexOf(LINE_FEED, begin)) {
      line += 1;
      const bytes = data.subarray(begin, end);
      if (!isBlank(bytes)) yield { bytes, line };
      begin = end + 1;
    }
    rest = data.subarray(begin);
    if (rest.length > LONGEST_ITEM)
      throw new RangeError(`line ${line + 1} is longer than ${LONGEST_ITEM} bytes`);
  }
  if (!isBlank(rest)) yield { bytes: rest, line: line + 1 };
}

/** The elements of a JSON array, or JSON values one after the other, each on one line. */
export async function* jsonItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<Item> {
  const cutter = new JsonItems();
  for await (const chunk of chunks) yield* cutter.take(chunk);
  yield* cutter.end();
}

/** By the first byte that is not blank: an array or an object that spans lines is JSON, else lines of JSON or CSV. */
export async function detectFormat(
  chunks: AsyncIterator<Buffer>,
): Promise<{ format: InputFormat; head: Buffer }> {
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await chunks.next();
    if (!next.done) head = Buffer.concat([head, next.value]);
    const text = head.toString('latin1').trimStart();
    const lineEnd = text.indexOf('\n');
    if (!next.done && (text === '' || (lineEnd < 0 && head.length < 65_536))) continue;
    const first = text.charCodeAt(0);
    if (first === BRACKET) return { format: 'json', head };
    if (first !== BRACE) return { format: 'csv', head };
    return { format: isWholeJson(lineEnd < 0 ? text : text.slice(0, lineEnd)) ? 'ndjson' : 'json', head };
  }
}

function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
