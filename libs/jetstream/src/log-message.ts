/** One message of a stream, as a reader hands it on. */
import type { Msg } from '@nats-io/transport-node';
import type { LogMessage } from '#sharding';

export type { LogMessage };

/** What the server tells with each delivery. */
export interface DeliveryInfo {
  readonly sequence: number;
  /** Counts the deliveries of one consumer from 1 on: a gap means that some were lost on the way. */
  readonly delivery: number;
  readonly timeMs: number;
  /** Messages of the consumer that the server has still to deliver. */
  readonly pending: number;
}

/**
 * Reads the reply subject of a delivered message:
 * `$JS.ACK.<stream>.<consumer>.<count>.<sequence>.<delivery>.<time in ns>.<pending>`, or with domain and account
 * before the stream (and perhaps a random token at the end). `null` when it is none.
 */
export function parseDelivery(reply: string): DeliveryInfo | null {
  if (!reply.startsWith('$JS.ACK.')) return null;
  const tokens = reply.split('.');
  const at = tokens.length === 9 ? 5 : 7;
  if (tokens.length < 9 || tokens.length === 10) return null;
  // Nanoseconds exceed 2^53: the last six digits are cut off as text.
  return {
    sequence: Number(tokens[at]),
    delivery: Number(tokens[at + 1]),
    timeMs: Number(tokens[at + 2].slice(0, -6)),
    pending: Number(tokens[at + 3]),
  };
}

/** Wraps a delivered message; subject and headers are decoded only when asked for. */
export class DeliveredMessage implements LogMessage {
  constructor(
    private readonly message: Msg,
    readonly sequence: number,
    readonly timeMs: number,
    readonly size: number,
  ) {}

  get subject(): string {
    return this.message.subject;
  }

  get data(): Uint8Array {
    return this.message.data;
  }

  header(name: string): string | undefined {
    const headers = this.message.headers;
    return headers?.has(name) ? headers.get(name) : undefined;
  }
}
