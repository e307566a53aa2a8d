/**
 * Builds one frame at a time. Owns the frame's bytes until `finish`.
 *
 * Invariants:
 * 1. Events of one shard keep the order in which they were added.
 * 2. `tryAdd` either adds the whole event or changes nothing.
 */
import { ByteWriter } from './byte-writer.js';
import { murmur3 } from './checksum.js';
import type { AccountEvent, Attribute } from './event.js';
import * as format from './frame-format.js';
import type { FrameHeader } from './frame-format.js';
import { MAX_FRAME_EVENTS } from './log-place.js';
import { shardOf } from './shard-of.js';
import { writeUuid } from './uuid-bytes.js';

/** Most bytes of a frame, save that a single event may exceed it: large enough to make a synced write cheap. */
export const MAX_FRAME_BYTES = 65_536;

/** Room kept for preamble, header and segment directory beyond the events. */
const HEADER_RESERVE = 256;
/** Bytes of one line in the segment directory, at most. */
const DIRECTORY_ENTRY_BYTES = 10;
const SEGMENT_CAPACITY = 2048;
const UUID_BYTES = 16;

/** The events of one shard so far. */
class Segment {
  readonly writer = new ByteWriter(SEGMENT_CAPACITY);
  count = 0;
  lastTime = 0;
}

export class FrameBuilder {
  private readonly segments: (Segment | undefined)[];
  private readonly names = new Map<string, number>();
  private readonly namesWriter = new ByteWriter(1024);
  private eventCount = 0;
  private bytesUsed = HEADER_RESERVE;

  constructor(private readonly shardCount: number) {
    if (!Number.isInteger(shardCount) || shardCount < 1) {
      throw new RangeError(`shardCount must be a positive integer, got ${shardCount}`);
    }
    this.segments = new Array<Segment | undefined>(shardCount).fill(undefined);
  }

  get count(): number {
    return this.eventCount;
  }

  /** Bytes the frame would have, at most. */
  get byteLength(): number {
    return this.bytesUsed;
  }

  /** False when the frame is full (64 KB or 4096 events): nothing was added then. An empty frame takes any event. */
  tryAdd(event: AccountEvent): boolean {
    if (this.eventCount >= MAX_FRAME_EVENTS) return false;
    const segment = this.segmentOf(shardOf(event.accountId, this.shardCount));
    const { writer } = segment;
    const start = writer.length;
    const namesStart = this.namesWriter.length;
    const nameCount = this.names.size;
    this.writeEvent(writer, event, segment.lastTime);
    let added = writer.length - start + (this.namesWriter.length - namesStart);
    if (segment.count === 0) added += DIRECTORY_ENTRY_BYTES;
    if (this.bytesUsed + added > MAX_FRAME_BYTES && this.eventCount > 0) {
      writer.length = start;
      this.forgetNames(nameCount, namesStart);
      return false;
    }
    segment.count++;
    segment.lastTime = event.eventTime;
    this.eventCount++;
    this.bytesUsed += added;
    return true;
  }

  /** The frame with all events added since the last one; the builder is then empty. */
  finish(header: FrameHeader): Uint8Array {
    const out = new ByteWriter(this.bytesUsed + header.source.length * 3);
    this.writePreamble(out, header);
    out.varint(this.names.size);
    out.raw(this.namesWriter.view());
    this.writeDirectory(out);
    for (const segment of this.segments) if (segment) out.raw(segment.writer.view());
    const frame = out.view();
    new DataView(frame.buffer, frame.byteOffset).setUint32(
      format.CHECKSUM_AT,
      murmur3(frame, format.PREAMBLE_BYTES, frame.length),
      true,
    );
    this.reset();
    return frame;
  }

  private reset(): void {
    for (const segment of this.segments) {
      if (!segment) continue;
      segment.writer.length = 0;
      segment.count = 0;
      segment.lastTime = 0;
    }
    this.forgetNames(0, 0);
    this.eventCount = 0;
    this.bytesUsed = HEADER_RESERVE;
  }

  private segmentOf(shard: number): Segment {
    return (this.segments[shard] ??= new Segment());
  }

  private writePreamble(out: ByteWriter, header: FrameHeader): void {
    const { upstream } = header;
    const flags = upstream ? format.HAS_UPSTREAM | (upstream.complete ? format.UPSTREAM_COMPLETE : 0) : 0;
    out.raw(Uint8Array.of(format.MAGIC_0, format.MAGIC_1, format.FORMAT_VERSION, 0, 0, 0, 0, flags));
    out.text(header.source);
    out.varint(whole('epoch', header.epoch));
    out.varint(whole('sequence', header.sequence));
    out.varint(whole('receivedAt', header.receivedAt));
    if (upstream) {
      out.varint(whole('upstream.sequence', upstream.sequence));
      out.varint(whole('upstream.items', upstream.items));
    }
    out.varint(this.shardCount);
    out.varint(this.eventCount);
  }

  private writeDirectory(out: ByteWriter): void {
    let used = 0;
    for (const segment of this.segments) if (segment && segment.count > 0) used++;
    out.varint(used);
    this.segments.forEach((segment, shard) => {
      if (!segment || segment.count === 0) return;
      out.varint(shard);
      out.varint(segment.count);
      out.varint(segment.writer.length);
    });
  }

  private writeEvent(out: ByteWriter, event: AccountEvent, lastTime: number): void {
    const flagsAt = out.length;
    out.byte(0);
    let flags = this.writeIds(out, event);
    out.varint(this.nameIndex(event.eventType));
    out.signedVarint(event.eventTime - lastTime);
    if (event.country !== null) {
      flags |= format.HAS_COUNTRY;
      out.byte(event.country.charCodeAt(0));
      out.byte(event.country.charCodeAt(1));
    }
    if (event.amount !== null) {
      flags |= format.HAS_AMOUNT;
      out.signedVarint(event.amount);
    }
    if (event.currency !== null) {
      flags |= format.HAS_CURRENCY;
      out.varint(this.nameIndex(event.currency));
    }
    if (event.attributes.length > 0) {
      flags |= format.HAS_ATTRIBUTES;
      out.varint(event.attributes.length);
      for (const attribute of event.attributes) this.writeAttribute(out, attribute);
    }
    out.bytes[flagsAt] = flags;
  }

  private writeIds(out: ByteWriter, { eventId, accountId }: AccountEvent): number {
    let flags = 0;
    out.ensure(UUID_BYTES);
    if (writeUuid(eventId, out.bytes, out.length)) {
      flags |= format.ID_IS_UUID;
      out.length += UUID_BYTES;
    } else out.text(eventId);
    out.ensure(UUID_BYTES);
    if (format.isIntegerText(accountId)) {
      flags |= format.ACCOUNT_IS_INTEGER;
      out.varint(Number(accountId));
    } else if (writeUuid(accountId, out.bytes, out.length)) {
      flags |= format.ACCOUNT_IS_UUID;
      out.length += UUID_BYTES;
    } else out.text(accountId);
    return flags;
  }

  private writeAttribute(out: ByteWriter, { name, kind, text }: Attribute): void {
    out.varint(this.nameIndex(name));
    if (kind === 'boolean') {
      out.byte(text === 'true' ? format.VALUE_TRUE : format.VALUE_FALSE);
    } else if (format.isIntegerText(text)) {
      out.byte(kind === 'number' ? format.VALUE_INTEGER : format.VALUE_DIGITS);
      out.varint(Number(text));
    } else {
      out.byte(kind === 'number' ? format.VALUE_NUMBER : format.VALUE_STRING);
      out.text(text);
    }
  }

  private nameIndex(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const index = this.names.size;
    this.names.set(name, index);
    this.namesWriter.text(name);
    return index;
  }

  private forgetNames(count: number, bytes: number): void {
    this.namesWriter.length = bytes;
    if (count === 0) return this.names.clear();
    if (this.names.size === count) return;
    for (const [name, index] of this.names) if (index >= count) this.names.delete(name);
  }
}

function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`frame header's ${name} must be an integer from 0 to 2^53 - 1, got ${value}`);
}
