import { duration, oneOf, pointInTime, share, wholeNumber } from './option-values.js';

describe('option values', () => {
  it('reads durations', () => {
    expect(['500ms', '30s', '1.5h', '7d'].map(duration)).toEqual([500, 30_000, 5_400_000, 604_800_000]);
    for (const text of ['', '5', 's', '-1s', '1w', '1s 2s'])
      expect(() => duration(text)).toThrow('such as 30s');
  });

  it('reads shares as fractions and percent', () => {
    expect(['0', '0.02', '2%', '100%', '1'].map(share)).toEqual([0, 0.02, 0.02, 1, 1]);
    for (const text of ['', '%', '1.1', '-1%', '101%', 'x']) expect(() => share(text)).toThrow('from 0 to 1');
  });

  it('reads points in time as how long ago and as times', () => {
    expect(pointInTime('10m', 1_000_000)).toBe(400_000);
    expect(pointInTime('2026-01-31T12:00:00Z')).toBe(Date.UTC(2026, 0, 31, 12));
    for (const text of ['yesterday', '12:00', '2026-13-40']) {
      expect(() => pointInTime(text)).toThrow('how long ago');
    }
  });

  it('reads whole numbers within their range', () => {
    expect(wholeNumber(1, 5)('5')).toBe(5);
    for (const text of ['0', '6', '1.5', '', '1e3', '0x1']) {
      expect(() => wholeNumber(1, 5)(text)).toThrow('from 1 to 5');
    }
  });

  it('reads one of several words', () => {
    expect(oneOf('json', 'csv')('csv')).toBe('csv');
    expect(() => oneOf('json', 'csv')('xml')).toThrow('one of json, csv');
  });
});
