/** What became of one publish, read from the server's acknowledgement. */

export type PublishOutcome =
  /** On disk. `duplicate`: it was there already, at `sequence`, under the same message id. */
  | { readonly kind: 'stored'; readonly sequence: number; readonly duplicate: boolean }
  /** Not stored: the expected last sequence does not hold. Under a fence: somebody else has claimed since. */
  | { readonly kind: 'conflict'; readonly message: string }
  /** Not stored: the stream or the disk has no room. */
  | { readonly kind: 'full'; readonly message: string }
  /** Not stored: no connection, no stream, or the server refused for the time being. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** May have been stored, or may still be: no acknowledgement came in time, or the connection broke. */
  | { readonly kind: 'unknown'; readonly message: string };

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
