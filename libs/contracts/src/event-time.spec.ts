import fc from 'fast-check';
import { timeOfLiteral, timeOfNumber, timeOfText } from './event-time.js';

describe('event times', () => {
  it.each([
    [1601736282, 1601736282000],
    [1601736282.5, 1601736282500],
    [1601736282.1239, 1601736282123],
    [1601736282123, 1601736282123],
    [1601736282123.9, 1601736282123],
    [1e11, 1e11],
    [99999999999, 99999999999000],
  ])('of number %p', (value, expected) => {
    expect(timeOfNumber(value)).toBe(expected);
  });

  it.each([
    ['1601736282', 1601736282000],
    ['1601736282.123456789', 1601736282123],
    ['1601736282123', 1601736282123],
    ['2020-10-03T14:44:42Z', 1601736282000],
    ['2020-10-03t14:44:42z', 1601736282000],
    ['2020-10-03 14:44:42Z', 1601736282000],
    ['2020-10-03T14:44:42.1Z', 1601736282100],
    ['2020-10-03T14:44:42.123999999Z', 1601736282123],
    ['2020-10-03T16:44:42+02:00', 1601736282000],
    ['2020-10-03T10:14:42-04:30', 1601736282000],
    ['2020-10-03T14:44:42-00:00', 1601736282000],
    ['2016-12-31T23:59:60Z', 1483228800000],
    ['2017-01-01T00:59:60+01:00', 1483228800000],
    ['2024-02-29T00:00:00Z', 1709164800000],
  ])('of text %p', (value, expected) => {
    expect(timeOfText(value)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2020-10-03',
    '2020-10-03T14:44:42',
    '2020-10-03T14:44Z',
    '2020-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2020-13-01T00:00:00Z',
    '2020-00-01T00:00:00Z',
    '2020-10-03T24:00:00Z',
    '2020-10-03T14:60:42Z',
    '2020-10-03T14:44:61Z',
    '2020-10-03T14:44:60Z',
    '2020-10-03T14:44:42+24:00',
    '2020-10-03T14:44:42+2:00',
    '2020-10-03T14:44:42.Z',
    '2020-10-03T14:44:42Z\n',
    ' 1601736282',
    '1601736282 ',
    '0x5F789C1A',
    '1.6e9',
  ])('text %p is none', (value) => {
    expect(timeOfText(value)).toBeNull();
  });

  it('of RFC 3339 agree with the platform at any offset', () => {
    const offsets = fc.constantFrom('Z', '+00:00', '+05:30', '-11:00', '+23:59', '-00:01');
    const date = fc.date({ min: new Date(946684800000), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, offsets, (when, offset) => {
        const text = when.toISOString().replace('Z', offset);
        expect(timeOfText(text)).toBe(Date.parse(text));
      }),
    );
  });

  it('of seconds with a fraction are exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 946684800000, max: 4e12 }), (ms) => {
        expect(timeOfNumber(ms / 1000)).toBe(ms);
        expect(timeOfLiteral(`${ms}.999`)).toBe(ms);
      }),
    );
  });

  it('written with an exponent are numbers too', () => {
    expect(timeOfLiteral('1.601736282e9')).toBe(1601736282000);
    expect(timeOfLiteral('1e999999')).toBe(Infinity);
    expect(timeOfLiteral('-1e999999')).toBe(-Infinity);
    expect(timeOfLiteral('1e-999999')).toBe(0);
  });
});
