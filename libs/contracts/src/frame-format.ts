/**
 * The binary form of a frame: many events in one message of the log.
 *
 *   magic `VF`, version byte, checksum (4 bytes, of all that follows)
 *   header:     flags byte, source, epoch, sequence, receivedAt, [upstream sequence, upstream items], shard count, event count
 *   names:      dictionary of event types, currencies and attribute names
 *   directory:  for each segment its shard, its number of events and its length in bytes
 *   segments:   the events of one shard each, one after the other
 *
 * Numbers are varints. A time is the difference to that of the event before it in the segment; the first is whole.
 */

export const MAGIC_0 = 0x56;
export const MAGIC_1 = 0x46;
export const FORMAT_VERSION = 1;
/** Bytes before the checked part. */
export const PREAMBLE_BYTES = 7;
/** Where the checksum stands. */
export const CHECKSUM_AT = 3;

/** Flags of the frame. */
export const HAS_UPSTREAM = 1;
export const UPSTREAM_COMPLETE = 2;

/** First byte of an event: which fields follow, and how the ids are written. */
export const ID_IS_UUID = 1;
export const ACCOUNT_IS_INTEGER = 2;
export const HAS_COUNTRY = 4;
export const HAS_AMOUNT = 8;
export const HAS_CURRENCY = 16;
export const HAS_ATTRIBUTES = 32;
export const ACCOUNT_IS_UUID = 64;

/** How an attribute's value is written. */
export const VALUE_STRING = 0;
export const VALUE_NUMBER = 1;
export const VALUE_TRUE = 2;
export const VALUE_FALSE = 3;
/** A whole number of at most 15 digits, as a varint. */
export const VALUE_INTEGER = 4;
/** A string that reads like such a number. */
export const VALUE_DIGITS = 5;

/** Where the events came from, and which of them the log then holds. */
export interface FrameHeader {
  /** Name of the ingest lane, for good. */
  readonly source: string;
  /** Grows with each start of the lane. */
  readonly epoch: number;
  /** Grows with each frame of the epoch. */
  readonly sequence: number;
  /** When the oldest event in the frame was received, epoch milliseconds. */
  readonly receivedAt: number;
  /** Up to where `INTAKE` is covered by the log once it holds this frame; null for other sources. */
  readonly upstream: UpstreamMark | null;
}

export interface UpstreamMark {
  /** Stream sequence of the message in `INTAKE`. */
  readonly sequence: number;
  /** How many of its items are done. */
  readonly items: number;
  /** The whole message is done. */
  readonly complete: boolean;
}

const INTEGER_TEXT = /^(?:0|[1-9][0-9]{0,14})$/;

/** Whether `text` is the canonical text of a whole number of at most 15 digits. */
export function isIntegerText(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && text.length <= 15 && INTEGER_TEXT.test(text);
}
