/** Dead letters that the recorder itself writes: what it cannot read, and what PostgreSQL refuses. */
import { formatAmount, placeIndex, placeSequence, type AccountEvent, type DeadLetter } from '#contracts';
import type { LogMessage } from '#jetstream';
import type { EventRow } from '#postgres';
import type { RefusedRow } from './isolate.js';

/** Bytes of a message that are kept; a dead letter must itself fit a message, as base64 too. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

export const REASON = {
  badFrame: 'bad-frame',
  badMessage: 'bad-message',
  refused: 'postgres-refused',
} as const;

/** A message of a stream that holds nothing readable. */
export function unreadable(stream: string, reason: string, message: LogMessage, problem: Error): DeadLetter {
  return {
    id: `${reason}.${stream}.${message.sequence}`,
    reason,
    field: null,
    value: null,
    message: problem.message,
    source: { kind: 'log', name: stream, sequence: message.sequence, index: 0 },
    receivedAt: message.timeMs,
    payload: message.data.slice(0, MAX_PAYLOAD_BYTES),
  };
}

/** An event that can never become a row. */
export function refusedEvent(stream: string, refused: RefusedRow<EventRow>, receivedAt: number): DeadLetter {
  const { event, place } = refused.row;
  return {
    id: `${REASON.refused}.${stream}.${place}`,
    reason: REASON.refused,
    field: null,
    value: null,
    message: refused.message,
    source: { kind: 'log', name: stream, sequence: placeSequence(place), index: placeIndex(place) },
    receivedAt,
    payload: Buffer.from(JSON.stringify(eventJson(event))),
  };
}

/** Anything else of a stream that can never become a row. */
export function refusedRecord(
  stream: string,
  sequence: number,
  refused: RefusedRow<unknown>,
  receivedAt: number,
): DeadLetter {
  return {
    id: `${REASON.refused}.${stream}.${sequence}`,
    reason: REASON.refused,
    field: null,
    value: null,
    message: refused.message,
    source: { kind: 'log', name: stream, sequence, index: 0 },
    receivedAt,
    payload: Buffer.from(JSON.stringify(refused.row, bigintAsText)).subarray(0, MAX_PAYLOAD_BYTES),
  };
}

/** The event in the form in which publishers send it. */
function eventJson(event: AccountEvent): Record<string, unknown> {
  const { attributes, amount, ...fields } = event;
  const values = attributes.map(({ name, text }) => [name, text] as const);
  return {
    ...Object.fromEntries(values),
    ...fields,
    ...(amount === null ? {} : { amount: formatAmount(amount) }),
  };
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
