import { decodeAlert, STREAMS } from '#contracts';
import type { LogMessage } from '#jetstream';
import { type AlertRow, upsertAlerts } from '#postgres';
import type { DeadLetterPort } from '../refused/dead-letter-port.js';
import { REASON, refusedRecord, unreadable } from '../refused/dead-letters.js';
import type { RecordKind } from './record-sink.js';

/** The subjects of alerts; the stream's others are claims of its writers. */
export const ALERT_SUBJECTS = ['alerts.>', 'shadow.>'];

export function alertKind(generation: number, deadLetters: DeadLetterPort): RecordKind<AlertRow> {
  const stream = STREAMS.alerts;
  return {
    stream,
    read: readAlert,
    store: (client, rows) => upsertAlerts(client, rows, generation),
    unreadable: (message, problem) => unreadable(stream, REASON.badMessage, message, problem),
    refused: (refused, loggedAtMs) => refusedRecord(stream, refused.row.sequence, refused, loggedAtMs),
    storeLetters: (letters) => deadLetters.store(letters),
  };
}

function readAlert({ data, subject, sequence }: LogMessage): AlertRow {
  const alert = decodeAlert(data);
  return { alert, shadow: alert.shadow === true || subject.startsWith('shadow.'), sequence };
}
