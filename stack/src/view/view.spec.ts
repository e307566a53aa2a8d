import type { AlertMessage } from '#contracts';
import { alertSentence } from './alert-sentence.js';
import { sumByName } from './scrape.js';
import { statusText, type Figures } from './status-line.js';

describe('alertSentence', () => {
  const alert = {
    kind: 'raised',
    severity: 'high',
    accountId: '9726',
    reason: 'Logins from RU and IN within 1 second',
    rule: { id: 'multi-country-login', version: 1, type: 'multi-country' },
    loggedAt: 1_000,
  } as AlertMessage;
  const plain = (_style: unknown, text: string): string => text;

  it('says who, what, how bad, and how many milliseconds it took', () => {
    const text = alertSentence(alert, 1_012, plain);
    expect(text).toContain('high');
    expect(text).toContain('account 9726: Logins from RU and IN within 1 second');
    expect(text).toContain('(12 ms after its event was stored, multi-country-login)');
  });

  it('does not name the account twice', () => {
    const text = alertSentence({ ...alert, reason: 'Account 9726 logged in from RU and IN' }, 1_012, plain);
    expect(text.match(/9726/g)).toHaveLength(1);
  });

  it('tells a retraction from a raising, and shows no negative age', () => {
    const text = alertSentence({ ...alert, kind: 'retracted' }, 990, plain);
    expect(text).toContain('retracted');
    expect(text).toContain('(0 ms ');
  });
});

describe('sumByName', () => {
  it('adds up labels and skips comments and what is no number', () => {
    const samples = sumByName(
      [
        '# HELP a x',
        'a{source="http"} 2',
        'a{source="intake",x="}"} 3.5',
        'b 7 1700000000',
        'c NaN',
        '',
      ].join('\n'),
    );
    expect([...samples]).toEqual([
      ['a', 5.5],
      ['b', 7],
    ]);
  });
});

describe('statusText', () => {
  const figures: Figures = {
    atMs: 10_000,
    eventsIn: 1_500,
    detectorLag: 0,
    recorderLag: 1_234,
    raised: 1,
    retracted: 0,
    rows: 12_345,
  };

  it('gives rate, alerts, rows and what is behind', () => {
    expect(statusText(figures, { ...figures, atMs: 8_000, eventsIn: 1_000 })).toBe(
      '250 events/s · 1 alert · 12,345 rows · behind: detector 0, recorder 1,234',
    );
  });

  it('shows a dash for what is not known', () => {
    const unknown = { ...figures, eventsIn: null, detectorLag: null, rows: null, raised: 3, retracted: 1 };
    expect(statusText(unknown, null)).toBe(
      '– events/s · 3 alerts (1 retracted) · – rows · behind: detector –, recorder 1,234',
    );
  });

  it('takes a counter that went back for one that began anew', () => {
    const text = statusText({ ...figures, eventsIn: 40 }, { ...figures, atMs: 9_000 });
    expect(text.startsWith('40 events/s')).toBe(true);
  });
});
