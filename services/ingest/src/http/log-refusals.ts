/** What the log's answers mean to a sender: which status, and when to try again. */
import type { SubmissionOutcome, SubmissionReport } from '../submission/submission.service.js';
import type { LogRoom } from '../log/log-room.js';
import { HttpRefusal, retryLater } from './http-refusal.js';

const SOON_S = 1;
/** A full log is emptied by its readers or by a person, not within a second. */
const WHEN_THERE_IS_ROOM_S = 5;

/** Throws 429 when the log has room only for what the system itself must write. */
export function requireRoom(room: LogRoom): void {
  if (!room.available) throw retryLater(429, 'log-full', room.describe(), WHEN_THERE_IS_ROOM_S);
}

/** Throws 429 or 503, with the time after which to send the body again, unless everything is stored. */
export function requireStored(outcome: SubmissionOutcome): SubmissionReport {
  switch (outcome.kind) {
    case 'stored':
      return outcome.report;
    case 'empty':
      throw new HttpRefusal(400, 'empty-body', outcome.message);
    case 'busy':
      throw retryLater(429, 'too-busy', outcome.message, SOON_S);
    case 'full':
      throw retryLater(429, 'log-full', outcome.message, WHEN_THERE_IS_ROOM_S);
    case 'closed':
      throw retryLater(503, 'not-running', outcome.message, SOON_S);
    case 'unavailable':
      throw retryLater(503, 'log-away', outcome.message, SOON_S);
    case 'unknown':
      throw retryLater(
        503,
        'outcome-unknown',
        `the log did not acknowledge in time; send the same body again (${outcome.message})`,
        SOON_S,
      );
  }
}
