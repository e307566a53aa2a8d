import { Accounts } from '../history/accounts.js';
import { IdCode } from '../history/id-code.js';
import { WordPool } from '../memory/word-pool.js';
import { TimingWheel } from './timing-wheel.js';
import { Watermark } from './watermark.js';

describe('a timing wheel', () => {
  it('yields each account at the first moment that is not before its due time', () => {
    const blocks = new WordPool();
    const accounts = new Accounts(blocks);
    const wheel = new TimingWheel(accounts);
    const id = new IdCode(blocks);
    const expected = new Map<number, number>();
    let state = 99;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    let now = 1_760_000_000_000;
    for (let n = 0; n < 6000; n++) {
      if (n < 3000) {
        id.set(String(n));
        const account = accounts.add(id);
        expected.set(account, now + random(10 ** (1 + random(10))));
        wheel.schedule(account, expected.get(account)!);
        if (random(5) === 0) {
          expected.set(account, now + random(100_000));
          wheel.schedule(account, expected.get(account)!);
        }
        if (random(10) === 0) {
          wheel.cancel(account);
          expected.delete(account);
        }
      }
      now += random(10 ** (1 + random(n < 3000 ? 6 : 8)));
      const due: number[] = [];
      wheel.advance(now, due);
      const wanted = [...expected].filter(([, at]) => at <= now).map(([account]) => account);
      expect(due.sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b));
      for (const account of due) expected.delete(account);
    }
    expect(expected.size).toBeLessThan(3000);
  });
});

describe('a watermark', () => {
  it('is the greatest event time while everything comes in order', () => {
    const watermark = new Watermark(1000);
    expect(watermark.value).toBe(-Infinity);
    watermark.advance(0);
    expect([watermark.observe(10), watermark.observe(20)]).toEqual([0, 0]);
    expect(watermark.value).toBe(20);
  });

  it('lags by the largest disorder of this period and the last, and never goes back', () => {
    const watermark = new Watermark(1000);
    watermark.advance(100);
    watermark.observe(5000);
    expect(watermark.observe(4700)).toBe(300);
    expect([watermark.bound, watermark.value]).toEqual([300, 5000]);
    watermark.advance(1999);
    watermark.observe(6000);
    expect([watermark.bound, watermark.value]).toEqual([300, 5700]);
    watermark.advance(2000);
    watermark.observe(6001);
    expect([watermark.bound, watermark.value]).toEqual([0, 6001]);
  });

  it('forgets a disorder after a period without messages', () => {
    const watermark = new Watermark(1000);
    watermark.advance(0);
    watermark.observe(900);
    watermark.observe(0);
    expect(watermark.bound).toBe(900);
    watermark.advance(2000);
    expect(watermark.bound).toBe(0);
  });

  it('has a bound of at most the allowed lateness', () => {
    const watermark = new Watermark(1000);
    watermark.advance(0);
    watermark.observe(100_000);
    expect(watermark.observe(0)).toBe(100_000);
    watermark.observe(200_000);
    expect([watermark.bound, watermark.value]).toEqual([1000, 199_000]);
  });
});
