import { base, decode, decoder, encoder, GOOD, json, NOW, one, plain, refusal } from '../test/bodies.js';

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
