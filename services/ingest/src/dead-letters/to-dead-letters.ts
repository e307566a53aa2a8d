/** Refused items as dead letters. */
import type { DeadLetter, DeadLetterSource, Rejection } from '#contracts';

export interface RefusedBody {
  /** Begins the ids of the letters; unique for each body, and the same whenever the body is read again. */
  readonly idPrefix: string;
  readonly source: Omit<DeadLetterSource, 'index'>;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

export function toDeadLetters(rejected: readonly Rejection[], body: RefusedBody): DeadLetter[] {
  return rejected.map(({ index, code, field, value, message, bytes }) => ({
    id: `${body.idPrefix}:${index}`,
    reason: code,
    field,
    value,
    message,
    source: { ...body.source, index },
    receivedAt: body.receivedAt,
    payload: bytes,
  }));
}
