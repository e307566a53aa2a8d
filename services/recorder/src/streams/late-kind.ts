import { decodeLate, type LateDecision, STREAMS } from '#contracts';
import { insertLateEvents } from '#postgres';
import type { DeadLetterPort } from '../refused/dead-letter-port.js';
import { REASON, refusedRecord, unreadable } from '../refused/dead-letters.js';
import type { RecordKind } from './record-sink.js';

export const LATE_SUBJECTS = ['late.>'];

interface LateRow {
  readonly late: LateDecision;
  /** Sequence in `LATE`. */
  readonly sequence: number;
}

export function lateKind(generation: number, deadLetters: DeadLetterPort): RecordKind<LateRow> {
  const stream = STREAMS.late;
  return {
    stream,
    read: ({ data, sequence }) => ({ late: decodeLate(data), sequence }),
    store: (client, rows) =>
      insertLateEvents(
        client,
        rows.map((row) => row.late),
        generation,
      ),
    unreadable: (message, problem) => unreadable(stream, REASON.badMessage, message, problem),
    refused: (refused, loggedAtMs) => refusedRecord(stream, refused.row.sequence, refused, loggedAtMs),
    storeLetters: (letters) => deadLetters.store(letters),
  };
}
