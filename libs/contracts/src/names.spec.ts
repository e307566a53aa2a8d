import fc from 'fast-check';
import { COUNTRIES, parseCountry } from './countries.js';
import { durationToMs, formatDuration } from './duration.js';
import { fnv1a32, shardOf } from './shard-of.js';
import * as subjects from './subjects.js';
import { compareUtf8 } from './utf8-order.js';

const utf8 = new TextEncoder();

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1);
}

describe('compareUtf8', () => {
  it('orders as the bytes do', () => {
    const text = fc.string({ unit: 'binary' }).filter((each) => !/\p{Cs}/u.test(each));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(compareBytes(utf8.encode(a), utf8.encode(b))));
      }),
    );
    expect(compareUtf8('\uffff', '\u{10000}')).toBeLessThan(0);
    expect(compareUtf8('a', 'ab')).toBeLessThan(0);
    expect(compareUtf8('ab', 'ab')).toBe(0);
  });
});

describe('shards', () => {
  it('are FNV-1a of the bytes', () => {
    expect(fnv1a32('')).toBe(0x811c9dc5);
    expect(fnv1a32('a')).toBe(0xe40c292c);
    expect(fnv1a32('foobar')).toBe(0xbf9cf968);
  });

  it('lie within the count, for texts beyond ASCII too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 1000 }), (id, count) => {
        const bytes = utf8.encode(id);
        const hash = bytes.reduce(
          (sum, byte) => Number(((BigInt(sum ^ byte) & 0xffffffffn) * 16777619n) % 2n ** 32n),
          0x811c9dc5,
        );
        expect(fnv1a32(id)).toBe(hash);
        expect(shardOf(id, count)).toBe(hash % count);
      }),
    );
  });
});

describe('subjects', () => {
  it('hold any id as one token, and give it back', () => {
    const id = fc.string({ unit: 'binary', minLength: 1 }).filter((each) => !/\p{Cs}/u.test(each));
    fc.assert(
      fc.property(id, (each) => {
        const token = subjects.encodeSubjectToken(each);
        expect(token).toMatch(/^[!-~]+$/);
        expect(token).not.toMatch(/[.*> ]/);
        expect(subjects.decodeSubjectToken(token)).toBe(each);
      }),
    );
  });

  it('leave plain ids as they are and encode the rest', () => {
    expect(subjects.alertSubject('multi-country-login', '9726')).toBe('alerts.multi-country-login.9726');
    expect(subjects.alertSubject('r', 'a.b*c>d%e é')).toBe('alerts.r.a%2Eb%2Ac%3Ed%25e%20%C3%A9');
    expect(subjects.shadowAlertSubject('r', 'x')).toBe('shadow.r.x');
    expect(subjects.lateSubject('a,b')).toBe('late.a,b');
    expect(subjects.claimSubject('late', 7)).toBe('own.late.7');
  });
});

describe('countries', () => {
  it('are those of ISO 3166-1 and "Other"', () => {
    expect(COUNTRIES).toHaveLength(250);
    expect(new Set(COUNTRIES.map(({ alpha2 }) => alpha2)).size).toBe(250);
    expect(new Set(COUNTRIES.map(({ alpha3 }) => alpha3)).size).toBe(250);
    for (const { alpha2, alpha3, name } of COUNTRIES) {
      expect(`${alpha2} ${alpha3}`).toMatch(/^[A-Z]{2} [A-Z]{3}$/);
      expect(name.trim()).toBe(name);
      expect(name).not.toBe('');
    }
    expect(COUNTRIES.find(({ alpha2 }) => alpha2 === 'NL')).toEqual({
      alpha2: 'NL',
      alpha3: 'NLD',
      name: 'Netherlands',
    });
    expect(COUNTRIES.find(({ alpha2 }) => alpha2 === 'ZZ')?.name).toBe('Other');
  });

  it.each([
    ['NL', 'NL'],
    ['nl', 'NL'],
    ['NLD', 'NL'],
    ['rus', 'RU'],
    ['UK', 'GB'],
    ['O', 'ZZ'],
    ['Other', 'ZZ'],
    ['ZZ', 'ZZ'],
  ])('%s reads %s', (code, expected) => {
    expect(parseCountry(code)).toBe(expected);
  });

  it.each(['', 'XX', 'ZZZ', 'Netherlands', 'N', ' NL', 'NL ', 'toString', 'ıN', 'ſE', '__proto__', '528'])(
    '%p is none',
    (code) => {
      expect(parseCountry(code)).toBeNull();
    },
  );
});

describe('durations', () => {
  it.each([
    ['60s', 60_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['250ms', 250],
    ['1m1ms', 60_001],
  ])('%s', (text, ms) => {
    expect(durationToMs(text)).toBe(ms);
  });

  it.each(['', '5', '5 m', '-5m', '1.5h', 'm', '5M', '5m5h', '1e3s'])('%p is none', (text) => {
    expect(durationToMs(text)).toBeNull();
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.nat(), (ms) => {
        expect(durationToMs(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
