import { decode, decoder, encoder, GOOD, json, one, OPTIONS, plain, refusal } from '../test/bodies.js';

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
