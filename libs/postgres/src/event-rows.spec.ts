import { NO_ATTRIBUTES, type AccountEvent } from '#contracts';
import { type EventRow, mergeVersions } from './event-rows.js';

function row(accountId: string, eventTime: number, eventId: string, place: number, country = 'NL'): EventRow {
  const event: AccountEvent = {
    eventId,
    accountId,
    eventType: 'login',
    eventTime,
    country,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
  };
  return { event, place, firstPlace: place };
}

describe('mergeVersions', () => {
  it('keeps the version with the highest place, and the lowest first place, whatever the order', () => {
    const versions = [row('a', 1, 'x', 20, 'DE'), row('a', 1, 'x', 30, 'FR'), row('a', 1, 'x', 10, 'NL')];
    for (const order of [versions, [...versions].reverse()]) {
      const merged = mergeVersions([...order]);
      expect(merged).toHaveLength(1);
      expect(merged[0]).toMatchObject({ place: 30, firstPlace: 10, event: { country: 'FR' } });
    }
  });

  it('tells identities apart by account, time and id, and puts them in key order', () => {
    const merged = mergeVersions([
      row('b', 2, 'x', 1),
      row('a', 2, 'y', 2),
      row('a', 2, 'x', 3),
      row('a', 1, 'x', 4),
    ]);
    expect(merged.map(({ event }) => `${event.eventTime}${event.accountId}${event.eventId}`)).toEqual([
      '1ax',
      '2ax',
      '2ay',
      '2bx',
    ]);
  });

  it('takes nothing', () => {
    expect(mergeVersions([])).toEqual([]);
  });
});
