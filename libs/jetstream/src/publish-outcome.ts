/** What became of one publish, read from the server's acknowledgement. */
import type { PublishOutcome } from '#sharding';

export type { PublishOutcome };

interface PubAck {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

/** Wrong last sequence, wrong last message id, wrong last sequence (without the figure). */
const CONFLICT_CODES = new Set([10071, 10070, 10164]);
/** Store failed (its limits are reached, or writing failed), storage or resources used up, account limits. */
const FULL_CODES = new Set([10077, 10047, 10023, 10028, 10002]);

const decoder = new TextDecoder();

/** Reads an acknowledgement. One that is none counts as `unknown`: it says nothing about the message. */
export function parsePubAck(data: Uint8Array): PublishOutcome {
  const text = decoder.decode(data);
  let ack: PubAck;
  try {
    ack = JSON.parse(text) as PubAck;
  } catch {
    return { kind: 'unknown', message: `not an acknowledgement: ${quoted(text)}` };
  }
  if (ack.error) return refusal(ack.error);
  if (Number.isSafeInteger(ack.seq) && ack.seq! > 0) {
    return { kind: 'stored', sequence: ack.seq!, duplicate: ack.duplicate === true };
  }
  return { kind: 'unknown', message: `an acknowledgement without a sequence: ${quoted(text)}` };
}

function refusal(error: NonNullable<PubAck['error']>): PublishOutcome {
  const code = error.err_code ?? 0;
  const message = `${error.description ?? 'no description'} (${code})`;
  if (CONFLICT_CODES.has(code)) return { kind: 'conflict', message };
  if (FULL_CODES.has(code)) return { kind: 'full', message };
  return { kind: 'unavailable', message };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
