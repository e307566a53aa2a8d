/** Bodies from outside into events. */
import type { AccountEvent } from './event.js';
import type { Rejection } from './rejection.js';

export type BodyFormat = 'json' | 'ndjson' | 'csv' | 'detect';

export interface DecodeOptions {
  /** When the body was received: HTTP by the clock of ingest, NATS by the JetStream time stamp. Epoch milliseconds. */
  readonly receivedAt: number;
  readonly maxItems: number;
  /** Deepest nesting of JSON that is taken; an event object alone has depth 1. */
  readonly maxDepth: number;
}

export interface DecodedBody {
  /** Accepted events, in the order of the body. */
  readonly events: AccountEvent[];
  /** For each event its position among the body's items. */
  readonly eventIndexes: number[];
  readonly rejected: Rejection[];
  /** How many items the body has, accepted and refused. */
  readonly items: number;
}

/** Never throws on bad input: what cannot be an event is among `rejected`. */
export declare function decodeBody(
  bytes: Uint8Array,
  format: BodyFormat,
  options: DecodeOptions,
): DecodedBody;
