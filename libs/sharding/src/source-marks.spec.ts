import { SourceMarks } from './source-marks.js';

const DAY = 86_400_000;

describe('SourceMarks', () => {
  it('takes a frame once, however often and however late its copies come', () => {
    const marks = new SourceMarks();
    expect(marks.accept('a', 1, 1, 1000)).toBe(true);
    expect(marks.accept('a', 1, 2, 1001)).toBe(true);
    expect(marks.accept('a', 1, 2, 1002)).toBe(false);
    expect(marks.accept('a', 1, 1, 1000 + DAY)).toBe(false);
    expect(marks.accept('a', 1, 3, 1001 + DAY)).toBe(true);
  });

  it('keeps sources and epochs apart, and allows holes', () => {
    const marks = new SourceMarks();
    expect(marks.accept('a', 1, 10, 0)).toBe(true);
    expect(marks.accept('a', 2, 1, 0)).toBe(true);
    expect(marks.accept('b', 1, 1, 0)).toBe(true);
    expect(marks.accept('a', 1, 9, 0)).toBe(false);
  });

  it('forgets a mark that was not used for a day of log time, whether or not it was removed yet', () => {
    const busy = new SourceMarks();
    const idle = new SourceMarks();
    for (const marks of [busy, idle]) marks.accept('a', 1, 5, 0);
    for (let t = 0; t <= DAY; t += DAY / 48) busy.accept('other', 1, t + 1, t);
    for (const marks of [busy, idle]) {
      expect(marks.accept('a', 1, 5, DAY + 1)).toBe(true);
      expect(marks.accept('a', 1, 5, DAY + 2)).toBe(false);
    }
  });

  it('holds a bounded number of marks', () => {
    const marks = new SourceMarks();
    for (let epoch = 0; epoch < 1000; epoch++) marks.accept('a', epoch, 1, epoch * 3_600_000);
    expect(marks.entries().length).toBeLessThanOrEqual(26);
  });

  it('answers the same after it was written down and read again', () => {
    const marks = new SourceMarks();
    marks.accept('b', 2, 7, 5_000);
    marks.accept('a', 1, 3, 6_000);
    const restored = SourceMarks.restore(JSON.parse(JSON.stringify(marks.entries())));
    expect(restored.entries()).toEqual(marks.entries());
    expect(restored.accept('a', 1, 3, 7_000)).toBe(false);
    expect(restored.accept('b', 2, 8, 7_000)).toBe(true);
  });
});
