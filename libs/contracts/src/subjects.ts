/** Names of the streams and of the subjects in them. */

export const STREAMS = {
  intake: 'INTAKE',
  events: 'EVENTS',
  alerts: 'ALERTS',
  late: 'LATE',
  snapshots: 'SNAPSHOTS',
  deadLetters: 'DEAD_LETTERS',
} as const;

/** Subjects of frames, by where their events came from. None holds an account: each subject costs memory. */
export const FRAME_SUBJECTS = { http: 'events.http', intake: 'events.intake', tick: 'events.tick' } as const;

/** What each stream listens to. The shards' claims lie in the streams whose writers they fence. */
export const STREAM_SUBJECTS = {
  intake: ['intake.>'],
  events: ['events.>', 'rules.>'],
  alerts: ['alerts.>', 'shadow.>', 'own.alerts.>'],
  late: ['late.>', 'own.late.>'],
  snapshots: ['snapshots.>', 'own.snapshots.>'],
  deadLetters: ['dead-letters.>'],
} as const;

/** Streams whose writer must hold a claim. */
export type ClaimedStream = 'alerts' | 'late' | 'snapshots';

export function alertSubject(ruleId: string, accountId: string): string {
  return `alerts.${encodeSubjectToken(ruleId)}.${encodeSubjectToken(accountId)}`;
}

/** Where decisions of rules in state `shadow` go: in the same stream, out of the subscribers' sight. */
export function shadowAlertSubject(ruleId: string, accountId: string): string {
  return `shadow.${encodeSubjectToken(ruleId)}.${encodeSubjectToken(accountId)}`;
}

export function lateSubject(accountId: string): string {
  return `late.${encodeSubjectToken(accountId)}`;
}

export function deadLetterSubject(reason: string): string {
  return `dead-letters.${encodeSubjectToken(reason)}`;
}

export function ruleSubject(ruleId: string): string {
  return `rules.${encodeSubjectToken(ruleId)}`;
}

export function claimSubject(stream: ClaimedStream, shard: number): string {
  return `own.${stream}.${shard}`;
}

export function snapshotSubject(shard: number): string {
  return `snapshots.${shard}`;
}

const PLAIN_TOKEN = /^[!-$&-)+,\-/-=?-~]+$/;
const encoder = new TextEncoder();

/** Percent-encodes what a subject token cannot hold: space, controls, `.`, `*`, `>`, `%` and all beyond ASCII. */
export function encodeSubjectToken(text: string): string {
  if (PLAIN_TOKEN.test(text)) return text;
  let token = '';
  for (const byte of encoder.encode(text)) {
    const char = String.fromCharCode(byte);
    token += PLAIN_TOKEN.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
}

/** The text that a token stands for. Throws `URIError` when the token is no work of `encodeSubjectToken`. */
export function decodeSubjectToken(token: string): string {
  return decodeURIComponent(token);
}
