import { DAY_MS, monthsToMerge, planPartition, type Partition } from './partition-plan.js';

const NOW = Date.UTC(2026, 10, 21, 9, 30);
const POLICY = { dayWindow: 35 };
const at = (text: string) => Date.parse(`${text}Z`);

describe('the partition for a time', () => {
  it.each([
    ['today', '2026-11-21T00:00', 'account_event_20261121', '2026-11-21T00:00', '2026-11-22T00:00'],
    [
      'the last millisecond of a day',
      '2026-11-20T23:59:59.999',
      'account_event_20261120',
      '2026-11-20T00:00',
      '2026-11-21T00:00',
    ],
    [
      'the first day of the month in which the days begin',
      '2026-10-01T00:00',
      'account_event_20261001',
      '2026-10-01T00:00',
      '2026-10-02T00:00',
    ],
    [
      'just before the days begin',
      '2026-09-30T23:59:59.999',
      'account_event_202609',
      '2026-09-01T00:00',
      '2026-10-01T00:00',
    ],
    [
      'a leap February long ago',
      '2000-02-29T12:00',
      'account_event_200002',
      '2000-02-01T00:00',
      '2000-03-01T00:00',
    ],
    ['a December', '2019-12-31T23:00', 'account_event_201912', '2019-12-01T00:00', '2020-01-01T00:00'],
    ['a time far ahead', '2031-01-05T00:00', 'account_event_203101', '2031-01-01T00:00', '2031-02-01T00:00'],
  ])('%s', (_, time, name, from, to) => {
    expect(planPartition(at(time), NOW, POLICY, [])).toEqual({ name, fromMs: at(from), toMs: at(to) });
  });

  it('is a day where other days of the month exist, since a month would overlap them', () => {
    const day: Partition = { name: 'x', fromMs: at('2026-05-10T00:00'), toMs: at('2026-05-11T00:00') };
    expect(planPartition(at('2026-05-20T10:00'), NOW, POLICY, [day]).name).toBe('account_event_20260520');
    expect(planPartition(at('2026-06-20T10:00'), NOW, POLICY, [day]).name).toBe('account_event_202606');
  });

  it('never overlaps what exists, over 26 years in any order, and there are months, not days', () => {
    const made: Partition[] = [];
    for (let i = 0; i < 20_000; i++) {
      const time = at('2000-01-01T00:00') + ((i * 7_919_777_777) % (NOW - at('2000-01-01T00:00')));
      if (made.some((range) => time >= range.fromMs && time < range.toMs)) continue;
      const next = planPartition(time, NOW, POLICY, made);
      expect(made.filter((range) => range.fromMs < next.toMs && next.fromMs < range.toMs)).toEqual([]);
      made.push(next);
    }
    expect(made.length).toBeGreaterThan(300);
    expect(made.length).toBeLessThan(26 * 12 + 70);
  });
});

describe('months to merge', () => {
  const day = (text: string): Partition => ({ name: text, fromMs: at(text), toMs: at(text) + DAY_MS });

  it('are those before the days begin that consist of days, oldest first', () => {
    const existing = [
      day('2026-11-20'),
      day('2026-10-01'),
      day('2026-09-30'),
      day('2026-08-02'),
      day('2026-08-01'),
    ];
    expect(monthsToMerge(existing, NOW, POLICY).map((month) => month.name)).toEqual([
      'account_event_202608',
      'account_event_202609',
    ]);
  });

  it('are none where there are months, or partitions without bounds, only', () => {
    const month = { name: 'm', fromMs: at('2026-05-01T00:00'), toMs: at('2026-06-01T00:00') };
    const open = { name: 'o', fromMs: -Infinity, toMs: at('2020-01-01T00:00') };
    expect(monthsToMerge([month, open], NOW, POLICY)).toEqual([]);
  });
});
