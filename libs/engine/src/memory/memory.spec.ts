import { amountText } from '../alerts/amount-text.js';
import { formatAmount } from '#contracts';
import { finish } from './hash.js';
import { Interner } from './interner.js';
import { RefIndex } from './ref-index.js';
import { readText, TextBytes } from './text-bytes.js';
import { Texts } from './texts.js';
import { WordPool } from './word-pool.js';

/** The same numbers on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

describe('a word pool', () => {
  it('keeps blocks apart while they come and go, and gives pages back', () => {
    const pool = new WordPool();
    const random = generator(7);
    const live = new Map<number, { words: number; mark: number }>();
    let most = 0;
    for (let n = 1; n < 20_000; n++) {
      if (live.size > 0 && random(100) < (n < 12_000 ? 40 : 70)) {
        const ref = [...live.keys()][random(live.size)];
        const { words, mark } = live.get(ref)!;
        const at = pool.offset(ref);
        expect(new Set(pool.pages[ref >>> 10].subarray(at, at + words))).toEqual(new Set([mark]));
        pool.free(ref);
        live.delete(ref);
        continue;
      }
      const words = [1, 3, 10, 40, 300, 20_000][random(n % 50 === 0 ? 6 : 5)];
      const ref = pool.allocate(words);
      expect(live.has(ref)).toBe(false);
      pool.pages[ref >>> 10].fill(n, pool.offset(ref), pool.offset(ref) + words);
      live.set(ref, { words, mark: n });
      most = Math.max(most, pool.byteLength);
    }
    for (const ref of live.keys()) pool.free(ref);
    expect(pool.byteLength).toBeLessThan(most / 10);
  });
});

describe('an index of records', () => {
  it.each([
    ['spread hashes', (n: number) => finish(n)],
    ['equal hashes', () => 77],
    ['hashes that differ in few bits', (n: number) => (n % 5) << 27],
  ])('finds what is in it with %s', (name, hashOf) => {
    const pool = new WordPool();
    const index = new RefIndex(pool);
    const random = generator(11);
    const live: number[] = [];
    const finds = (ref: number): boolean => {
      index.seek(pool.pages[ref >>> 10][pool.offset(ref)]);
      for (let each = index.next(); each !== 0; each = index.next()) if (each === ref) return true;
      return false;
    };
    const rounds = name === 'spread hashes' ? 30_000 : 1500;
    for (let n = 0; n < rounds; n++) {
      if (live.length > 0 && random(100) < (n < rounds * 0.6 ? 20 : 80)) {
        const [ref] = live.splice(random(live.length), 1);
        index.remove(ref);
        expect(finds(ref)).toBe(false);
        pool.free(ref);
      } else {
        const ref = pool.allocate(2);
        pool.pages[ref >>> 10][pool.offset(ref)] = hashOf(n);
        index.insert(ref);
        live.push(ref);
      }
    }
    expect(index.count).toBe(live.length);
    expect(live.every(finds)).toBe(true);
  });
});

describe('texts', () => {
  it.each(['', 'a', 'é', '\uFF5E', '\u{1F600}x', 'x'.repeat(3000), '\uD800', 'log-out'])(
    'come back: %j',
    (text) => {
      const bytes = new TextBytes();
      bytes.set(text);
      expect(readText(bytes.bytes, 0, bytes.length)).toBe(text);
      const texts = new Texts();
      expect(texts.read(texts.hold(text))).toBe(text);
    },
  );

  it('are kept once and freed by the last holder', () => {
    const texts = new Texts();
    const first = texts.hold('beneficiary');
    expect(texts.hold('beneficiary')).toBe(first);
    expect(texts.hold('beneficiary2')).not.toBe(first);
    expect(texts.count).toBe(2);
    texts.release(first);
    expect(texts.read(first)).toBe('beneficiary');
    texts.release(first);
    expect(texts.count).toBe(1);
  });

  it.each([
    ['12', 120_000],
    ['-3.25', -32_500],
    ['0.0001', 1],
    ['100000000000', 1e15],
    ['-0', 0],
    ['007', 70_000],
  ])('that are decimals have a value: %s', (text, scaled) => {
    const texts = new Texts();
    expect(texts.decimal(texts.hold(text))).toBe(scaled);
  });

  it.each(['', '-', 'abc', '1.', '.5', '+1', '1e3', '1.00000', '100000000000.0001', '1 ', '1'.repeat(400)])(
    'that are none have no value: %j',
    (text) => {
      const texts = new Texts();
      expect(texts.decimal(texts.hold(text))).toBeNaN();
    },
  );
});

describe('an interner', () => {
  it('tells sequences apart that differ in length only', () => {
    const interner = new Interner(0);
    const words = new Uint32Array([1, 2, 0, 0]);
    const refs = [2, 3, 4].map((length) => interner.intern(words, length));
    expect(new Set(refs).size).toBe(3);
    expect(interner.intern(words, 3)).toBe(refs[1]);
  });
});

describe('amounts as text', () => {
  it.each([0, 1, -1, 10_000, 12_345, -99_999, 1e15, 1e15 - 1, 100, 9_007_199_254_740_991])('%d', (scaled) => {
    expect(amountText(scaled)).toBe(formatAmount(scaled));
  });
});
