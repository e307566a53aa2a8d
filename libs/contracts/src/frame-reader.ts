/** Reads frames. Segments of shards that nobody asked for are skipped, not decoded. */
import { ByteReader, FrameError } from './byte-reader.js';
import { murmur3 } from './checksum.js';
import { NO_ATTRIBUTES } from './event.js';
import type { AccountEvent, Attribute } from './event.js';
import * as format from './frame-format.js';
import type { FrameHeader } from './frame-format.js';
import { MAX_FRAME_EVENTS } from './log-place.js';
import { readUuid } from './uuid-bytes.js';

/** What a frame says of itself, and how many events it has; 0 events make it a tick. */
export interface FrameSummary extends FrameHeader {
  readonly count: number;
  readonly shardCount: number;
}

/** Receives one event, its index in the frame (skipped ones are counted) and its shard. */
export type FrameVisitor = (event: AccountEvent, index: number, shard: number) => void;

interface DirectoryEntry {
  readonly shard: number;
  readonly count: number;
  readonly byteLength: number;
}

/** Throws `FrameError` when the bytes are no frame. */
export function decodeFrameHeader(bytes: Uint8Array): FrameSummary {
  return readHeader(new ByteReader(bytes));
}

/**
 * Visits the events of the wanted shards (`null`: of all), shard by shard, in the order of their indexes.
 * Throws `FrameError` before the first visit when the bytes are damaged; what `visit` throws passes through.
 */
export function readFrame(
  bytes: Uint8Array,
  wants: ((shard: number) => boolean) | null,
  visit: FrameVisitor,
): FrameSummary {
  const reader = new ByteReader(bytes);
  const header = readHeader(reader);
  const names = readNames(reader);
  const segments = readDirectory(reader, header);
  let index = 0;
  for (const segment of segments) {
    if (wants === null || wants(segment.shard)) visitSegment(reader, segment, names, index, visit);
    else reader.skip(segment.byteLength);
    index += segment.count;
  }
  return header;
}

function readHeader(reader: ByteReader): FrameSummary {
  checkPreamble(reader.bytes);
  reader.at = format.PREAMBLE_BYTES;
  const flags = reader.byte();
  const source = reader.text();
  const epoch = reader.varint();
  const sequence = reader.varint();
  const receivedAt = reader.varint();
  const upstream =
    flags & format.HAS_UPSTREAM
      ? {
          sequence: reader.varint(),
          items: reader.varint(),
          complete: (flags & format.UPSTREAM_COMPLETE) !== 0,
        }
      : null;
  const shardCount = reader.varint();
  const count = reader.varint();
  if (count > MAX_FRAME_EVENTS)
    throw new FrameError(`frame of ${count} events; at most ${MAX_FRAME_EVENTS} fit one`);
  return { source, epoch, sequence, receivedAt, upstream, shardCount, count };
}

function checkPreamble(bytes: Uint8Array): void {
  if (bytes.length < format.PREAMBLE_BYTES) throw new FrameError(`frame is cut off: ${bytes.length} bytes`);
  if (bytes[0] !== format.MAGIC_0 || bytes[1] !== format.MAGIC_1) {
    throw new FrameError(`not a frame: begins with bytes ${bytes[0]} ${bytes[1]}`);
  }
  if (bytes[2] !== format.FORMAT_VERSION) {
    throw new FrameError(`frame of format ${bytes[2]}; this version reads format ${format.FORMAT_VERSION}`);
  }
  const stated = (bytes[3] | (bytes[4] << 8) | (bytes[5] << 16) | (bytes[6] << 24)) >>> 0;
  const actual = murmur3(bytes, format.PREAMBLE_BYTES, bytes.length);
  if (stated !== actual) throw new FrameError(`frame is damaged: checksum ${actual}, should be ${stated}`);
}

function readNames(reader: ByteReader): string[] {
  const count = reader.varint();
  const names: string[] = [];
  for (let i = 0; i < count; i++) names.push(reader.text());
  return names;
}

function readDirectory(reader: ByteReader, header: FrameSummary): DirectoryEntry[] {
  const segments: DirectoryEntry[] = [];
  const count = reader.varint();
  let events = 0;
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const segment = { shard: reader.varint(), count: reader.varint(), byteLength: reader.varint() };
    if (segment.shard >= header.shardCount) {
      throw new FrameError(`segment of shard ${segment.shard} in a frame of ${header.shardCount} shards`);
    }
    events += segment.count;
    bytes += segment.byteLength;
    segments.push(segment);
  }
  if (events !== header.count)
    throw new FrameError(`segments hold ${events} events, header says ${header.count}`);
  if (bytes !== reader.end - reader.at) throw new FrameError('segments do not fill the frame');
  return segments;
}

function visitSegment(
  reader: ByteReader,
  { shard, count, byteLength }: DirectoryEntry,
  names: readonly string[],
  firstIndex: number,
  visit: FrameVisitor,
): void {
  const end = reader.at + byteLength;
  let time = 0;
  for (let i = 0; i < count; i++) {
    const event = readEvent(reader, names, time);
    time = event.eventTime;
    visit(event, firstIndex + i, shard);
  }
  if (reader.at !== end)
    throw new FrameError(`segment of shard ${shard} ends at ${reader.at}, should at ${end}`);
}

function readEvent(reader: ByteReader, names: readonly string[], lastTime: number): AccountEvent {
  const flags = reader.byte();
  const eventId = flags & format.ID_IS_UUID ? uuid(reader) : reader.text();
  const accountId = readAccountId(reader, flags);
  const eventType = nameAt(names, reader.varint());
  const eventTime = lastTime + reader.signedVarint();
  const country = flags & format.HAS_COUNTRY ? readCountry(reader) : null;
  const amount = flags & format.HAS_AMOUNT ? reader.signedVarint() : null;
  const currency = flags & format.HAS_CURRENCY ? nameAt(names, reader.varint()) : null;
  const attributes = flags & format.HAS_ATTRIBUTES ? readAttributes(reader, names) : NO_ATTRIBUTES;
  return { eventId, accountId, eventType, eventTime, country, amount, currency, attributes };
}

function readAccountId(reader: ByteReader, flags: number): string {
  if (flags & format.ACCOUNT_IS_INTEGER) return String(reader.varint());
  return flags & format.ACCOUNT_IS_UUID ? uuid(reader) : reader.text();
}

function uuid(reader: ByteReader): string {
  const { at } = reader;
  reader.skip(16);
  return readUuid(reader.bytes, at);
}

/** Country codes by `first letter * 32 + second letter`, so that no text is made anew for each event. */
const COUNTRY_CODES: string[] = [];
const A = 0x41;
for (let first = 0; first < 26; first++) {
  for (let second = 0; second < 26; second++) {
    COUNTRY_CODES[first * 32 + second] = String.fromCharCode(A + first, A + second);
  }
}

function readCountry(reader: ByteReader): string {
  const first = reader.byte() - A;
  const second = reader.byte() - A;
  const code = first >= 0 && second >= 0 && second < 32 ? COUNTRY_CODES[first * 32 + second] : undefined;
  if (code === undefined) throw new FrameError(`no country code at byte ${reader.at - 2}`);
  return code;
}

function nameAt(names: readonly string[], index: number): string {
  if (index >= names.length) throw new FrameError(`name ${index} of ${names.length}`);
  return names[index];
}

function readAttributes(reader: ByteReader, names: readonly string[]): Attribute[] {
  const count = reader.varint();
  const attributes: Attribute[] = [];
  for (let i = 0; i < count; i++) {
    const name = nameAt(names, reader.varint());
    attributes.push(readAttribute(reader, name));
  }
  return attributes;
}

function readAttribute(reader: ByteReader, name: string): Attribute {
  const kind = reader.byte();
  switch (kind) {
    case format.VALUE_STRING:
      return { name, kind: 'string', text: reader.text() };
    case format.VALUE_NUMBER:
      return { name, kind: 'number', text: reader.text() };
    case format.VALUE_TRUE:
      return { name, kind: 'boolean', text: 'true' };
    case format.VALUE_FALSE:
      return { name, kind: 'boolean', text: 'false' };
    case format.VALUE_INTEGER:
      return { name, kind: 'number', text: String(reader.varint()) };
    case format.VALUE_DIGITS:
      return { name, kind: 'string', text: String(reader.varint()) };
    default:
      throw new FrameError(`attribute value of kind ${kind} at byte ${reader.at - 1}`);
  }
}
