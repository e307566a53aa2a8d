import fc from 'fast-check';
import { decodeAlert, decodeLate, encodeAlert, encodeLate, lateMessageId } from './alert-codec.js';
import type { AlertMessage, LateDecision } from './alert.js';
import { decodeDeadLetter, encodeDeadLetter } from './dead-letter.js';
import type { DeadLetter } from './dead-letter.js';
import { MessageError } from './message-json.js';

const ALERT: AlertMessage = {
  alertId: 'b1946ac92492d234',
  kind: 'raised',
  revision: 2,
  rule: { id: 'multi-country-login', version: 1, type: 'multi-country' },
  severity: 'high',
  accountId: 'zoë "%" 1',
  group: { accountId: 'zoë "%" 1' },
  eventId: 'e2',
  eventTime: 1601736283000,
  reason: 'Account zoë logged in from IN one second after RU.',
  observed: { previousCountry: 'RU', country: 'IN', apartMs: 1000 },
  evidence: { events: [], count: 0 },
  source: { shard: 12, seq: 345 },
  loggedAt: 1601736283100,
  detectedAt: 1601736283105,
};

const LATE: LateDecision = {
  accountId: 'a',
  eventId: 'e',
  eventTime: 1601736283000,
  rules: [{ id: 'r', version: 2 }],
  source: { shard: 3, seq: 99, index: 7 },
  loggedAt: 1601736283100,
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('alerts as messages', () => {
  it('carry CloudEvents attributes in headers of plain ASCII', () => {
    const { headers } = encodeAlert(ALERT);
    expect(headers).toEqual({
      'ce-specversion': '1.0',
      'ce-id': 'b1946ac92492d234.2.raised.345',
      'ce-type': 'vigil.alert.raised',
      'ce-source': '/vigil/shards/12',
      'ce-subject': 'zo%C3%AB%20%22%25%22%201',
      'ce-time': '2020-10-03T14:44:43.105Z',
      'content-type': 'application/json',
      'Vigil-Shard': '12',
      'Vigil-Log-Seq': '345',
    });
    expect(encodeAlert({ ...ALERT, kind: 'retracted' }).headers['ce-type']).toBe('vigil.alert.retracted');
  });

  it('come back', () => {
    expect(decodeAlert(encodeAlert(ALERT).body)).toEqual(ALERT);
    expect(decodeAlert(encodeAlert({ ...ALERT, shadow: true }).body).shadow).toBe(true);
  });

  it.each(['', 'null', '[]', '{}', '{"alertId":1}', '\ufffd{'])('%p is none', (text) => {
    expect(() => decodeAlert(bytes(text))).toThrow(MessageError);
  });

  it('say which field is missing', () => {
    const rest = { ...ALERT, reason: undefined };
    expect(() => decodeAlert(bytes(JSON.stringify(rest)))).toThrow(
      'alert must have a field reason of type string, got nothing',
    );
  });
});

describe('late events as messages', () => {
  it('come back, under an id that is their place in the log', () => {
    const { headers, body } = encodeLate(LATE);
    expect(headers['ce-id']).toBe(lateMessageId(LATE));
    expect(headers['ce-id']).toBe('late.99.7');
    expect(headers['ce-type']).toBe('vigil.event.late');
    expect(decodeLate(body)).toEqual(LATE);
    expect(() => decodeLate(bytes('{"accountId":"a"}'))).toThrow(MessageError);
  });
});

describe('dead letters', () => {
  const letter: DeadLetter = {
    id: 'x1',
    reason: 'invalid-csv',
    field: null,
    value: '"hello,world"',
    message: 'a CSV line must have 5 to 7 columns',
    source: { kind: 'http', name: '127.0.0.1', sequence: null, index: 4 },
    receivedAt: 1.7e12,
    payload: bytes('hello,world'),
  };

  it('keep any payload byte for byte, readable when it is text', () => {
    expect(JSON.parse(new TextDecoder().decode(encodeDeadLetter(letter)))).toMatchObject({
      payloadEncoding: 'utf-8',
      payload: 'hello,world',
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }).map(bytes)), (payload) => {
        const { payload: returned, ...rest } = decodeDeadLetter(encodeDeadLetter({ ...letter, payload }));
        expect([...returned]).toEqual([...payload]);
        expect({ ...rest, payload: letter.payload }).toEqual({ ...letter, payloadEncoding: undefined });
      }),
    );
  });

  it('keep a byte order mark', () => {
    const payload = Uint8Array.of(0xef, 0xbb, 0xbf, 0x41);
    expect([...decodeDeadLetter(encodeDeadLetter({ ...letter, payload })).payload]).toEqual([...payload]);
  });

  it.each([
    '{}',
    JSON.stringify({ ...letter, payload: 'x', payloadEncoding: 'rot13' }),
    JSON.stringify({ ...letter, payload: '***', payloadEncoding: 'base64' }),
  ])('%s is none', (text) => {
    expect(() => decodeDeadLetter(bytes(text))).toThrow(MessageError);
  });
});
