import fc from 'fast-check';
import { formatAmount, MAX_AMOUNT, parseAmount, parseAmountLiteral, parseScaled } from './amount.js';

describe('amounts', () => {
  it.each([
    [0, 0],
    [-0, 0],
    [1, 10_000],
    [0.1, 1000],
    [-12.3456, -123_456],
    [1e11, 1e15],
    [-1e11, -1e15],
    ['1', 10_000],
    ['-0', 0],
    ['+1.5', 15_000],
    ['.5', 5000],
    ['1.', 10_000],
    ['0001.2500000', 12_500],
    ['99999999999.9999', 999_999_999_999_999],
    ['100000000000', 1e15],
  ])('%p reads %p ten-thousandths', (value, expected) => {
    expect(parseAmount(value)).toBe(expected);
  });

  it.each([
    [0.12345, 'too-many-places'],
    [0.1 + 0.2, 'too-many-places'],
    ['0.00001', 'too-many-places'],
    [1e-7, 'too-many-places'],
    [1e11 + 1, 'too-large'],
    [-1e300, 'too-large'],
    ['100000000000.0001', 'too-large'],
    ['9'.repeat(400), 'too-large'],
    [NaN, 'not-decimal'],
    [Infinity, 'not-decimal'],
    ['', 'not-decimal'],
    ['.', 'not-decimal'],
    ['1e3', 'not-decimal'],
    ['1,5', 'not-decimal'],
    [' 1', 'not-decimal'],
    ['1\n', 'not-decimal'],
    ['0x10', 'not-decimal'],
    ['١', 'not-decimal'],
    ['--1', 'not-decimal'],
    [null, 'not-decimal'],
    [true, 'not-decimal'],
    [{}, 'not-decimal'],
  ])('%p is refused: %s', (value, problem) => {
    expect(parseAmount(value)).toBe(problem);
  });

  it('come back from their text and from their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -MAX_AMOUNT, max: MAX_AMOUNT }), (scaled) => {
        const text = formatAmount(scaled);
        expect(parseAmount(text)).toBe(scaled);
        expect(parseAmount(Number(text))).toBe(scaled);
        expect(parseAmountLiteral(text)).toBe(scaled);
        expect(parseScaled(text)).toBe(BigInt(scaled));
      }),
    );
  });

  it('read numbers as the shortest decimal that stands for them', () => {
    fc.assert(
      fc.property(fc.double({ min: -2e11, max: 2e11, noNaN: true }), (value) => {
        expect(parseAmount(value)).toBe(parseAmountLiteral(String(value)));
      }),
    );
  });

  it('of any size have a text', () => {
    fc.assert(
      fc.property(fc.bigInt(), (scaled) => {
        expect(parseScaled(formatAmount(scaled))).toBe(scaled);
      }),
    );
    expect(formatAmount(12_345)).toBe('1.2345');
    expect(formatAmount(-5000)).toBe('-0.5');
    expect(formatAmount(420_000n)).toBe('42');
  });

  it('with exponents are read as JSON numbers only', () => {
    expect(parseAmountLiteral('1e2')).toBe(1_000_000);
    expect(parseAmountLiteral('1.5E-3')).toBe(15);
    expect(parseAmountLiteral('1e99999')).toBe('too-large');
    expect(parseScaled('1e999999')).toBe('not-decimal');
  });
});
