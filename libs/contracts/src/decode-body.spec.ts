import fc from 'fast-check';
import { accountEvent, naughtyText } from '../test/arbitraries.js';
import { formatAmount } from './amount.js';
import { decodeBody } from './decode-body.js';
import type { BodyFormat } from './decode-body.js';
import type { AccountEvent } from './event.js';

const NOW = 4_102_444_800_000;
const OPTIONS = { receivedAt: NOW, maxItems: 1000, maxDepth: 8 };
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FORMATS: BodyFormat[] = ['json', 'ndjson', 'csv', 'detect'];

function decode(body: string | Uint8Array, format: BodyFormat = 'detect', options = OPTIONS) {
  return decodeBody(typeof body === 'string' ? encoder.encode(body) : body, format, options);
}

/** The one event in `body`. */
function one(body: string, format: BodyFormat = 'detect'): AccountEvent {
  const { events, rejected, items } = decode(body, format);
  expect(rejected).toEqual([]);
  expect(items).toBe(1);
  return events[0];
}

/** Code and field of the one refusal in `body`. */
function refusal(body: string, format: BodyFormat = 'detect'): [string, string | null] {
  const { rejected, items, events } = decode(body, format);
  expect(items).toBe(1);
  expect(events).toEqual([]);
  return [rejected[0].code, rejected[0].field];
}

const base = { eventId: 'e1', accountId: 'a1', eventType: 'login', country: 'NL', eventTime: 1601736282 };
const json = (over: Record<string, unknown> = {}): string => JSON.stringify({ ...base, ...over });
const GOOD = json();
const plain: AccountEvent = {
  ...base,
  eventTime: 1601736282000,
  amount: null,
  currency: null,
  attributes: [],
};

describe('a JSON object', () => {
  it('is one event', () => {
    for (const format of ['json', 'ndjson', 'detect'] as const) expect(one(GOOD, format)).toEqual(plain);
  });

  it('may be indented, and may begin with a byte order mark', () => {
    expect(one(JSON.stringify(base, null, 2))).toEqual(plain);
    expect(one(`\ufeff${GOOD}`)).toEqual(plain);
    expect(one(`\ufeff\r\n${GOOD}\r\n`, 'ndjson')).toEqual(plain);
  });

  it('reads aliases, and a canonical name wins over them in any order', () => {
    const aliased = {
      transactionId: 'e1',
      userId: 'a1',
      eventType: 'login',
      locationCountry: 'NLD',
      timestamp: 1601736282,
    };
    expect(one(JSON.stringify(aliased))).toEqual(plain);
    expect(one(JSON.stringify({ ...aliased, ...base, transactionId: 'x', payerId: 'y' }))).toEqual(plain);
    expect(one(JSON.stringify({ payerId: 'z', transactionId: 'x', ...base, userId: 'y' }))).toEqual(plain);
    expect(one(json({ accountId: null, payerId: 'p', userId: 'u' })).accountId).toBe('u');
    expect(one(json({ paymentAmount: '1.5', eventTimeStamp: 1 })).amount).toBe(15_000);
    expect(refusal(json({ accountId: 'white space', userId: 'fine' }))).toEqual([
      'invalid-account-id',
      'accountId',
    ]);
  });

  it('keeps every digit of numbers', () => {
    const text = (field: string, value: string): string =>
      `{"eventId":"e","eventType":"t","${field}":${value},${rest(field)}}`;
    const rest = (field: string): string =>
      ['"accountId":"a"', '"eventTime":1601736282'].filter((each) => !each.includes(field)).join(',');
    expect(one(text('accountId', '12345678901234567890')).accountId).toBe('12345678901234567890');
    expect(one(text('accountId', '-9007199254740993')).accountId).toBe('-9007199254740993');
    expect(one(text('accountId', '1e3')).accountId).toBe('1000');
    expect(one(text('accountId', '42.0')).accountId).toBe('42');
    expect(one(text('accountId', '-0')).accountId).toBe('0');
    expect(refusal(text('accountId', '1.5'))).toEqual(['invalid-account-id', 'accountId']);
    expect(refusal(text('accountId', '12345678901234567890.5'))).toEqual(['invalid-account-id', 'accountId']);
    expect(refusal(text('accountId', '1e500'))).toEqual(['invalid-account-id', 'accountId']);
    expect(one(text('amount', '99999999999.9999')).amount).toBe(999_999_999_999_999);
    expect(one(text('amount', '1e11')).amount).toBe(1e15);
    expect(refusal(text('amount', '100000000000.00001'))).toEqual(['invalid-amount', 'amount']);
    expect(refusal(text('amount', '0.99999999999999999'))).toEqual(['invalid-amount', 'amount']);
    expect(one(text('eventTime', '1.601736282e9')).eventTime).toBe(1601736282000);
    expect(one(text('eventTime', '1601736282.1234567891')).eventTime).toBe(1601736282123);
    expect(one(text('x', '12345678901234567890.50')).attributes).toEqual([
      { name: 'x', kind: 'number', text: '12345678901234567890.5' },
    ]);
  });

  it('makes every other scalar an attribute, by its canonical text', () => {
    const body = `{"z":42.0,"y":"42","x":1e2,"w":-0,"v":true,"u":null,"t":1e-7,"nested":{"a":1},"list":[1],"",${GOOD.slice(1)}`;
    const event = one(body.replace('"",', ''));
    expect(event.attributes.map(({ name, kind, text }) => `${name} ${kind} ${text}`)).toEqual([
      't number 0.0000001',
      'v boolean true',
      'w number 0',
      'x number 100',
      'y string 42',
      'z number 42',
    ]);
    expect(one(json({ small: 0.00000015 })).attributes[0].text).toBe('0.00000015');
  });

  it('takes attributes from `attributes` first', () => {
    const event = one(json({ ip: 'top', port: 1, other: 'kept', attributes: { ip: 'inner', port: null } }));
    expect(event.attributes.map(({ name, text }) => [name, text])).toEqual([
      ['ip', 'inner'],
      ['other', 'kept'],
      ['port', '1'],
    ]);
  });

  it('is not harmed by names that mean something to JavaScript', () => {
    const event = one(
      `{"__proto__":"p","constructor":"c","hasOwnProperty":"h","toString":1,${GOOD.slice(1)}`,
    );
    expect(event.attributes.map(({ name }) => name)).toEqual([
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'toString',
    ]);
    expect(Object.getPrototypeOf(event)).toBe(Object.getPrototypeOf({}));
    expect(one(`{"__proto__":{"amount":5},${GOOD.slice(1)}`)).toEqual(plain);
    expect(one(`{"attributes":{"__proto__":"p"},${GOOD.slice(1)}`).attributes).toHaveLength(1);
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ eventId: null }, 'missing-field', 'eventId'],
    [{ eventId: undefined }, 'missing-field', 'eventId'],
    [{ eventId: 5 }, 'invalid-event-id', 'eventId'],
    [{ eventId: '' }, 'invalid-event-id', 'eventId'],
    [{ eventId: 'x'.repeat(129) }, 'invalid-event-id', 'eventId'],
    [{ eventId: 'é'.repeat(65) }, 'invalid-event-id', 'eventId'],
    [{ eventId: 'a\u0000' }, 'invalid-event-id', 'eventId'],
    [{ eventId: 'a\u00a0b' }, 'invalid-event-id', 'eventId'],
    [{ eventId: 'a\u200bb' }, 'invalid-event-id', 'eventId'],
    [{ eventId: '\ud800' }, 'invalid-event-id', 'eventId'],
    [{ accountId: undefined }, 'missing-field', 'accountId'],
    [{ accountId: true }, 'invalid-account-id', 'accountId'],
    [{ accountId: ['a'] }, 'invalid-account-id', 'accountId'],
    [{ eventType: 'Login' }, 'invalid-event-type', 'eventType'],
    [{ eventType: 'a'.repeat(33) }, 'invalid-event-type', 'eventType'],
    [{ eventType: 'login\n' }, 'invalid-event-type', 'eventType'],
    [{ eventType: undefined }, 'missing-field', 'eventType'],
    [{ country: 'XX' }, 'invalid-country', 'country'],
    [{ country: '' }, 'invalid-country', 'country'],
    [{ country: 528 }, 'invalid-country', 'country'],
    [{ eventTime: undefined }, 'missing-field', 'eventTime'],
    [{ eventTime: 'yesterday' }, 'invalid-event-time', 'eventTime'],
    [{ eventTime: true }, 'invalid-event-time', 'eventTime'],
    [{ eventTime: 946684799 }, 'event-time-out-of-range', 'eventTime'],
    [{ eventTime: -1 }, 'event-time-out-of-range', 'eventTime'],
    [{ eventTime: NOW + 300_001 }, 'event-time-out-of-range', 'eventTime'],
    [{ amount: '' }, 'invalid-amount', 'amount'],
    [{ amount: '1,5' }, 'invalid-amount', 'amount'],
    [{ amount: 0.12345 }, 'invalid-amount', 'amount'],
    [{ amount: false }, 'invalid-amount', 'amount'],
    [{ currency: 'eur' }, 'invalid-currency', 'currency'],
    [{ currency: 'ABC' }, 'invalid-currency', 'currency'],
    [{ attributes: 'x' }, 'invalid-attribute', 'attributes'],
    [{ attributes: [1] }, 'invalid-attribute', 'attributes'],
    [{ attributes: { a: {} } }, 'invalid-attribute', 'a'],
    [{ attributes: { amount: 5 } }, 'invalid-attribute', 'attributes'],
    [{ ['x'.repeat(65)]: 1 }, 'invalid-attribute', 'attributes'],
    [{ ['']: 1 }, 'invalid-attribute', 'attributes'],
    [{ x: 'y'.repeat(1025) }, 'invalid-attribute', 'x'],
    [{ x: 'a\u0000' }, 'invalid-attribute', 'x'],
    [{ x: '\udc00' }, 'invalid-attribute', 'x'],
    [
      Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`n${i}`, i])),
      'too-many-attributes',
      'attributes',
    ],
  ])('%j is refused', (over, code, field) => {
    expect(refusal(json(over))).toEqual([code, field]);
  });

  it('takes event times up to both ends of the range', () => {
    expect(one(json({ eventTime: 946684800 })).eventTime).toBe(946684800000);
    expect(one(json({ eventTime: NOW + 300_000 })).eventTime).toBe(NOW + 300_000);
  });

  it('takes 64 attributes and values of 1024 bytes', () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`n${i}`, 'y'.repeat(1024)]));
    expect(one(json(many)).attributes).toHaveLength(64);
  });

  it('may nest as deep as allowed and no deeper', () => {
    const nested = (depth: number): string => json({ n: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) });
    expect(one(nested(7))).toEqual(plain);
    expect(refusal(nested(8))).toEqual(['too-deep', null]);
  });
});

describe('JSON that is no event', () => {
  it.each([
    ['3', 'json', 'not-an-object'],
    ['null', 'json', 'not-an-object'],
    ['"text"', 'json', 'not-an-object'],
    ['{"a":', 'json', 'invalid-json'],
    [`${GOOD}\n${GOOD}`, 'json', 'invalid-json'],
    ['{"a":\u0000}', 'detect', 'invalid-json'],
    ['[1,', 'detect', 'invalid-json'],
    ['{\n  "eventId": "a",\n', 'detect', 'invalid-json'],
    ['', 'json', 'empty-body'],
    [' \r\n\t', 'detect', 'empty-body'],
    ['', 'csv', 'empty-body'],
  ] as const)('%j as %s is refused as a whole', (body, format, code) => {
    const { rejected, events, items } = decode(body, format);
    expect({ items, events, count: rejected.length }).toEqual({ items: 1, events: [], count: 1 });
    expect(rejected[0]).toMatchObject({ index: 0, code, bytes: encoder.encode(body) });
    expect(rejected[0].message).not.toMatch(/[\0-\x1f]/);
  });

  it('may be absurdly deep', () => {
    const depth = 300_000;
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    expect(decode(deep, 'json').rejected[0].code).toBe('too-deep');
    expect(decode(`[${deep},${GOOD}]`, 'json')).toMatchObject({ items: 2, eventIndexes: [1] });
    expect(
      decode(json({ eventId: '1' }).replace('"1"', `"1","x":[1e2,${deep}]`), 'json').rejected[0].code,
    ).toBe('too-deep');
  });

  it('is quoted and shortened in the refusal', () => {
    const [{ value, message }] = decode(json({ eventId: ' '.repeat(500) })).rejected;
    expect(value).toBe(`"${' '.repeat(100)}…"`);
    expect(message).toContain(`got ${value}`);
    expect(decode('{"accountId":{"toJSON":1,"text":"x"},"eventId":"e"}').rejected[0].value).toBe('{…}');
  });
});

describe('a JSON array', () => {
  it('gives an outcome for each element', () => {
    const body = `[${GOOD},{"eventId":"bad"},7,[[]],${json({ eventId: 'e2', n: 12345678901234567890n.toString() })}]`;
    const { events, eventIndexes, rejected, items } = decode(body, 'json');
    expect(items).toBe(5);
    expect(eventIndexes).toEqual([0, 4]);
    expect(events.map(({ eventId }) => eventId)).toEqual(['e1', 'e2']);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'missing-field'],
      [2, 'not-an-object'],
      [3, 'not-an-object'],
    ]);
    expect(decoder.decode(rejected[0].bytes)).toBe('{"eventId":"bad"}');
  });

  it('gives refused elements back digit for digit', () => {
    const element = '{"eventId":"e","accountId":1.50000000000000000001,"x":1e400}';
    expect(decoder.decode(decode(`[ ${element} ]`, 'json').rejected[0].bytes)).toBe(element);
  });

  it('may be empty', () => {
    expect(decode('[]', 'json')).toEqual({ events: [], eventIndexes: [], rejected: [], items: 0 });
  });
});

describe('lines', () => {
  it('of JSON stand each for itself', () => {
    const body = `${GOOD}\r\n\n{"eventId":\n  \n[1]\n${json({ eventId: 'e2' })}`;
    for (const format of ['ndjson', 'detect'] as const) {
      const { eventIndexes, rejected, items } = decode(body, format);
      expect(items).toBe(4);
      expect(eventIndexes).toEqual([0, 3]);
      expect(rejected.map(({ index, code }) => [index, code])).toEqual([
        [1, 'invalid-json'],
        [2, 'not-an-object'],
      ]);
      expect(decoder.decode(rejected[0].bytes)).toBe('{"eventId":');
    }
  });

  it('of JSON and CSV may be mixed where the format is detected', () => {
    const body = `hello,world\n${GOOD}\ne2,a2,login,NL,1601736282\none,two`;
    const { eventIndexes, rejected } = decode(body);
    expect(eventIndexes).toEqual([1, 2]);
    expect(rejected.map(({ code }) => code)).toEqual(['invalid-csv', 'invalid-csv']);
    expect(decode(`${GOOD}\nhello,world`).eventIndexes).toEqual([0]);
  });

  it('that are not UTF-8 spoil no others', () => {
    const bad = Uint8Array.of(0xff, 0xfe, 0x7b);
    const body = Uint8Array.from([
      ...encoder.encode(`${GOOD}\r\n`),
      ...bad,
      ...encoder.encode(`\r\n\n${json({ eventId: 'ü' })}`),
    ]);
    const { events, eventIndexes, rejected } = decode(body, 'ndjson');
    expect(eventIndexes).toEqual([0, 2]);
    expect(events[1].eventId).toBe('ü');
    expect(rejected[0]).toMatchObject({ index: 1, code: 'invalid-utf8' });
    expect([...rejected[0].bytes.subarray(0, 3)]).toEqual([...bad]);
    expect(decode(body, 'json').rejected[0]).toMatchObject({ index: 0, code: 'invalid-utf8', bytes: body });
  });

  it('beyond the limit refuse the body as a whole', () => {
    const options = { ...OPTIONS, maxItems: 2 };
    const csv = 'e,a,login,NL,1601736282';
    for (const [body, format] of [
      [`${GOOD}\n${GOOD}\nbad`, 'ndjson'],
      [`[${GOOD},${GOOD},3]`, 'json'],
      [`${csv}\n${csv}\n${csv}\n${csv}`, 'csv'],
    ] as const) {
      const { events, rejected, items } = decode(body, format, options);
      expect({ events, items }).toEqual({ events: [], items: 1 });
      expect(rejected).toHaveLength(1);
      expect(rejected[0]).toMatchObject({ index: 0, code: 'too-many-items', bytes: encoder.encode(body) });
    }
    expect(decode(`${csv}\n${csv}\n\n`, 'csv', options).events).toHaveLength(2);
    expect(
      decode(`eventId,accountId,eventType,country,eventTime\n${csv}\n${csv}`, 'csv', options).events,
    ).toHaveLength(2);
  });
});

describe('CSV', () => {
  it('of the documented example is read in order', () => {
    const lines = [
      '395805b6-7aee-409a-85cc-d2ffb7eb7ef2,9726,login,RU,1601736282',
      '395805b6-7aee-409a-85cc-d2ffb7eb7ef2,9726,login,IN,1601736283',
      '395805b6-7aee-409a-85cc-666666666666,9730,log-out,IN,1601737840',
    ];
    for (const format of ['csv', 'detect'] as const) {
      const { events, rejected } = decode(lines.join('\n'), format);
      expect(rejected).toEqual([]);
      expect(
        events.map(({ eventId, accountId, eventType, country, eventTime }) =>
          [eventId, accountId, eventType, country, eventTime / 1000].join(),
        ),
      ).toEqual(lines);
    }
  });

  it('may have an amount, a beneficiary and empty cells', () => {
    expect(one('e,a,payment,,1601736282,-12.5,b7')).toMatchObject({
      country: null,
      amount: -125_000,
      attributes: [{ name: 'beneficiaryId', kind: 'string', text: 'b7' }],
    });
    expect(one('e,a,payment,,1601736282,,')).toMatchObject({ amount: null, attributes: [] });
    expect(one('e,a,payment,O,1601736282,5')).toMatchObject({ country: 'ZZ', amount: 50_000 });
  });

  it.each([
    ['hello,world', 'invalid-csv', null],
    ['one,two', 'invalid-csv', null],
    ['e,a,login,NL', 'invalid-csv', null],
    ['e,a,login,NL,1601736282,1,b,more', 'invalid-csv', null],
    ['"e,a,login,NL,1601736282', 'invalid-csv', null],
    ['e,"a"x,login,NL,1601736282', 'invalid-csv', null],
    ['e,a"b,login,NL,1601736282', 'invalid-csv', null],
    [',a,login,NL,1601736282', 'missing-field', 'eventId'],
    ['e,,login,NL,1601736282', 'missing-field', 'accountId'],
    ['e, a,login,NL,1601736282', 'invalid-account-id', 'accountId'],
    ['e,a,login,NL,', 'missing-field', 'eventTime'],
    ['e,a,login,XX,1601736282', 'invalid-country', 'country'],
    ['e,a,login,NL,1601736282,1e3', 'invalid-amount', 'amount'],
  ])('line %j is refused', (line, code, field) => {
    expect(refusal(line, 'csv')).toEqual([code, field]);
    const { events, rejected } = decode(
      `e,a,login,NL,1601736282\r\n${line}\r\ne,a,login,NL,1601736282\r\n`,
      'csv',
    );
    expect(events).toHaveLength(2);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ index: 1, bytes: encoder.encode(line) });
  });

  it('may quote cells', () => {
    expect(one('"e","a,""b""",login,"NL","2020-10-03T14:44:42Z",,"b,7"')).toMatchObject({
      accountId: 'a,"b"',
      attributes: [{ text: 'b,7' }],
    });
    expect(refusal('"",a,login,NL,1601736282')).toEqual(['missing-field', 'eventId']);
  });

  it('may name its columns in any order, by aliases and attributes too', () => {
    const body =
      '\ufeffamount, deviceId ,timestamp,userId,eventType,transactionId,"locationCountry"\r\n1.5,"d,1",1601736282,a1,login,e1,NLD\r\n';
    expect(one(body)).toEqual({
      ...plain,
      amount: 15_000,
      attributes: [{ name: 'deviceId', kind: 'string', text: 'd,1' }],
    });
  });

  it('prefers the column with the canonical name, where its cell has a value', () => {
    const header = 'userId,transactionId,accountId,eventId,eventType,eventTime';
    expect(one(`${header}\nu,t,a,e,login,1601736282`)).toMatchObject({ accountId: 'a', eventId: 'e' });
    expect(one(`${header}\nu,t,,,login,1601736282`)).toMatchObject({ accountId: 'u', eventId: 't' });
  });

  it('needs every cell under a header', () => {
    const { rejected, events } = decode(
      'eventId,accountId,eventType,eventTime\ne,a,login\ne,a,login,1601736282,x\ne,a,login,1601736282',
    );
    expect(events).toHaveLength(1);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, 'invalid-csv'],
      [1, 'invalid-csv'],
    ]);
  });

  it('under a header that cannot be used is refused as a whole', () => {
    for (const header of ['eventId,eventId,x', 'eventId,,x']) {
      const { rejected, items, events } = decode(`${header}\ne,a,login,NL,1601736282`, 'csv');
      expect({ items, events }).toEqual({ items: 1, events: [] });
      expect(rejected[0]).toMatchObject({ index: 0, code: 'invalid-csv' });
    }
  });

  it('of a header alone has no items', () => {
    expect(decode('eventId,accountId\n', 'csv')).toMatchObject({ items: 0, rejected: [] });
  });
});

describe('any body', () => {
  const accountedFor = (body: Uint8Array, format: BodyFormat): void => {
    const { events, eventIndexes, rejected, items } = decode(body, format);
    expect(events).toHaveLength(eventIndexes.length);
    const indexes = [...eventIndexes, ...rejected.map(({ index }) => index)].sort((a, b) => a - b);
    expect(indexes).toEqual(Array.from({ length: items }, (_, i) => i));
    for (const { code, message, value } of rejected) {
      expect(code).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(`${message}${value}`).not.toMatch(/[\0\p{Cs}]/u);
    }
  };

  it('of random bytes is accounted for and never throws', () => {
    const lines = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(GOOD, 'e,a,login,NL,1601736282').map((s) => encoder.encode(s)),
      ),
    );
    const bytes = lines.map((parts) => Uint8Array.from(parts.flatMap((part) => [...part, 0x0a])));
    fc.assert(fc.property(fc.oneof(bytes, fc.uint8Array()), fc.constantFrom(...FORMATS), accountedFor), {
      numRuns: 2000,
    });
  });

  it('of almost valid text is accounted for and never throws', () => {
    const field = fc.oneof(naughtyText, fc.constantFrom('login', 'NL', '1601736282', '"', ''));
    const csv = fc.array(field, { minLength: 1, maxLength: 8 }).map((cells) => cells.join(','));
    const object = fc
      .record({
        eventId: field,
        accountId: fc.anything(),
        eventType: fc.constant('login'),
        eventTime: field,
        attributes: fc.dictionary(field, fc.jsonValue()),
      })
      .map((value) =>
        JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each)),
      );
    const line = fc.oneof(csv, object, fc.json());
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', ','),
        fc.constantFrom(...FORMATS),
        (parts, glue, format) => {
          accountedFor(encoder.encode(parts.join(glue)), format);
          if (glue === ',') accountedFor(encoder.encode(`[${parts.join(glue)}]`), format);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('holds what was written as JSON, in every form of JSON', () => {
    const written = accountEvent.map((event) => {
      const attributes = event.attributes.filter(
        ({ name }) =>
          !(name in base) &&
          encoder.encode(name).length <= 64 &&
          !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) &&
          !['amount', 'currency', 'attributes'].includes(name),
      );
      return { ...event, attributes: attributes.map((each) => ({ ...each, kind: 'string' as const })) };
    });
    const toJson = (event: AccountEvent): string =>
      JSON.stringify({
        ...event,
        amount: event.amount === null ? null : formatAmount(event.amount),
        attributes: Object.fromEntries(event.attributes.map(({ name, text }) => [name, text])),
      }).replace(/"attributes":\{\}/, '"attributes":null');
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (events) => {
        const wanted = events.map((event) => ({
          ...event,
          attributes: event.attributes.filter(({ name }) => name !== '__proto__'),
        }));
        const texts = wanted.map(toJson);
        expect(decode(`[${texts.join(',')}]`, 'json').events).toEqual(wanted);
        expect(decode(texts.join('\n'), 'ndjson').events).toEqual(wanted);
        expect(decode(texts.join('\n')).events).toEqual(wanted);
      }),
    );
  });
});
