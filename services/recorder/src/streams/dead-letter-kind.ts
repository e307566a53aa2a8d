import { type DeadLetter, decodeDeadLetter, STREAMS } from '#contracts';
import { type DeadLetterRow, insertDeadLetters } from '#postgres';
import type pg from 'pg';
import { REASON, refusedRecord, unreadable } from '../refused/dead-letters.js';
import type { RecordKind } from './record-sink.js';

/**
 * Dead letters themselves. One that cannot be read or stored is not published once more, which would have no end: a
 * letter about it, made of what is surely storable, goes straight into the table.
 */
export function deadLetterKind(pool: pg.Pool, generation: number): RecordKind<DeadLetterRow> {
  const stream = STREAMS.deadLetters;
  return {
    stream,
    read: ({ data, sequence }) => ({ letter: decodeDeadLetter(data), sequence }),
    store: (client, rows) => insertDeadLetters(client, rows, generation),
    unreadable: (message, problem) => unreadable(stream, REASON.badMessage, message, problem),
    refused: (refused, loggedAtMs) => refusedRecord(stream, refused.row.sequence, refused, loggedAtMs),
    storeLetters: (letters) => insertDeadLetters(pool, letters.map(asRow), generation),
  };
}

function asRow(letter: DeadLetter): DeadLetterRow {
  return { letter, sequence: letter.source.sequence ?? 0 };
}
