/** Alerts and late events as messages: CloudEvents attributes in the headers, JSON in the body. */
import { alertMessageId } from './alert.js';
import type { AlertMessage, LateDecision } from './alert.js';
import { decodeJsonObject, encodeJson, requireFields } from './message-json.js';

/** A message ready to be published. Header values are printable ASCII. */
export interface EncodedMessage {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export const SHARD_HEADER = 'Vigil-Shard';
export const LOG_SEQUENCE_HEADER = 'Vigil-Log-Seq';

export function encodeAlert(message: AlertMessage): EncodedMessage {
  const headers = cloudEventHeaders({
    id: alertMessageId(message),
    type: `vigil.alert.${message.kind}`,
    accountId: message.accountId,
    timeMs: message.detectedAt,
    shard: message.source.shard,
    sequence: message.source.seq,
  });
  return { headers, body: encodeJson(message) };
}

/** Throws `MessageError` when the body is no alert. */
export function decodeAlert(body: Uint8Array): AlertMessage {
  const value = decodeJsonObject(body, 'alert');
  requireFields(value, 'alert', {
    alertId: 'string',
    kind: 'string',
    revision: 'number',
    rule: 'object',
    severity: 'string',
    accountId: 'string',
    group: 'object',
    eventId: 'string',
    eventTime: 'number',
    reason: 'string',
    observed: 'object',
    evidence: 'object',
    source: 'object',
    loggedAt: 'number',
    detectedAt: 'number',
  });
  return value as unknown as AlertMessage;
}

/** Names one late message for good: the place of its event in the log. */
export function lateMessageId(late: Pick<LateDecision, 'source'>): string {
  return `late.${late.source.seq}.${late.source.index}`;
}

export function encodeLate(late: LateDecision): EncodedMessage {
  const headers = cloudEventHeaders({
    id: lateMessageId(late),
    type: 'vigil.event.late',
    accountId: late.accountId,
    timeMs: late.loggedAt,
    shard: late.source.shard,
    sequence: late.source.seq,
  });
  return { headers, body: encodeJson(late) };
}

/** Throws `MessageError` when the body is no late event. */
export function decodeLate(body: Uint8Array): LateDecision {
  const value = decodeJsonObject(body, 'late event');
  requireFields(value, 'late event', {
    accountId: 'string',
    eventId: 'string',
    eventTime: 'number',
    rules: 'object',
    source: 'object',
    loggedAt: 'number',
  });
  return value as unknown as LateDecision;
}

interface EventAttributes {
  readonly id: string;
  readonly type: string;
  readonly accountId: string;
  readonly timeMs: number;
  readonly shard: number;
  readonly sequence: number;
}

function cloudEventHeaders(attributes: EventAttributes): Record<string, string> {
  return {
    'ce-specversion': '1.0',
    'ce-id': headerValue(attributes.id),
    'ce-type': attributes.type,
    'ce-source': `/vigil/shards/${attributes.shard}`,
    'ce-subject': headerValue(attributes.accountId),
    'ce-time': new Date(attributes.timeMs).toISOString(),
    'content-type': 'application/json',
    [SHARD_HEADER]: String(attributes.shard),
    [LOG_SEQUENCE_HEADER]: String(attributes.sequence),
  };
}

const PLAIN_HEADER = /^[!#$&-~]*$/;
const encoder = new TextEncoder();

/** CloudEvents' own rule for header values: space, `"`, `%` and all beyond printable ASCII are percent-encoded. */
function headerValue(text: string): string {
  if (PLAIN_HEADER.test(text)) return text;
  let value = '';
  for (const byte of encoder.encode(text)) {
    const char = String.fromCharCode(byte);
    value += PLAIN_HEADER.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return value;
}
