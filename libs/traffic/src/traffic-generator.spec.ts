import { toCsvLine } from './generated-event.js';
import type { GeneratedEvent } from './generated-event.js';
import { TrafficGenerator, type TrafficOptions } from './traffic-generator.js';

const START = Date.UTC(2026, 0, 1);

function take(count: number, options: Partial<TrafficOptions> = {}): GeneratedEvent[] {
  const generator = new TrafficGenerator({ seed: 7, accounts: 1_000, ...options });
  return Array.from({ length: count }, (_, i) => generator.next(START + i * 10));
}

const identity = (event: GeneratedEvent) => `${event.accountId} ${event.eventTime} ${event.eventId}`;

describe('TrafficGenerator', () => {
  it('makes the same events from the same seed, and others from another', () => {
    const options = { fraudShare: 0.1, disorderShare: 0.1, duplicateShare: 0.1, correctionShare: 0.1 };
    expect(take(3_000, options)).toEqual(take(3_000, options));
    expect(take(10, options)).not.toEqual(take(10, { ...options, seed: 8 }));
  });

  it('makes eight types of events of about 200 bytes, each with an id of its own', () => {
    const events = take(20_000);
    expect(new Set(events.map((event) => event.eventType)).size).toBe(8);
    expect(new Set(events.map((event) => event.eventId)).size).toBe(events.length);
    const bytes = events.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / events.length;
    expect(bytes).toBeGreaterThan(170);
    expect(bytes).toBeLessThan(260);
  });

  it('gives honest accounts one country, and no fraud unless asked', () => {
    const countries = new Map<string, Set<string>>();
    for (const event of take(20_000)) {
      const seen = countries.get(event.accountId) ?? new Set();
      countries.set(event.accountId, seen.add(event.country));
    }
    expect([...countries.values()].filter((seen) => seen.size > 1)).toEqual([]);
  });

  it('sends accounts abroad when fraud is asked for', () => {
    const logins = take(20_000, { fraudShare: 0.2 }).filter((event) => event.eventType === 'login');
    const countries = new Map<string, Set<string>>();
    for (const login of logins) {
      const seen = countries.get(login.accountId) ?? new Set();
      countries.set(login.accountId, seen.add(login.country));
    }
    expect([...countries.values()].filter((seen) => seen.size > 1).length).toBeGreaterThan(50);
  });

  it('keeps the shares that were asked for, within sampling error', () => {
    const events = take(40_000, { disorderShare: 0.1, maxDisorderMs: 2_000, duplicateShare: 0.05 });
    const firsts = new Set<string>();
    let repeats = 0;
    let disordered = 0;
    events.forEach((event, i) => {
      if (firsts.has(identity(event))) repeats++;
      else if (event.eventTime < START + i * 10) disordered++;
      firsts.add(identity(event));
    });
    expect(repeats / events.length).toBeCloseTo(0.05, 2);
    expect(disordered / firsts.size).toBeCloseTo(0.1, 2);
  });

  it('corrects with the same identity and other content', () => {
    const versions = new Map<string, Set<string>>();
    for (const event of take(5_000, { correctionShare: 0.1 })) {
      const texts = versions.get(identity(event)) ?? new Set();
      versions.set(identity(event), texts.add(JSON.stringify(event)));
    }
    const corrected = [...versions.values()].filter((texts) => texts.size > 1).length;
    expect(corrected).toBeGreaterThan(350);
  });

  it('never makes an event time before the start', () => {
    const events = take(1_000, { disorderShare: 1, maxDisorderMs: 3_600_000, startTimeMs: START });
    expect(Math.min(...events.map((event) => event.eventTime))).toBe(START);
  });

  it('draws few accounts often when skewed', () => {
    const low = take(20_000, { accountDraw: 'skewed' }).filter((event) => Number(event.accountId) < 100_125);
    expect(low.length / 20_000).toBeCloseTo(0.5, 1);
  });

  it('names the option, the value and what is accepted', () => {
    expect(() => take(1, { accounts: 0 })).toThrow('accounts: 0 is not an integer from 1');
    expect(() => take(1, { fraudShare: 2 })).toThrow('fraudShare: 2 is not a share from 0 to 1');
  });

  it('writes CSV with as many columns as the event needs', () => {
    const events = take(200);
    const transfer = events.find((event) => event.eventType === 'transfer')!;
    const view = events.find((event) => event.eventType === 'view')!;
    expect(toCsvLine(view).split(',')).toHaveLength(5);
    expect(toCsvLine(transfer).split(',').slice(5)).toEqual([
      transfer.amount,
      transfer.attributes.beneficiaryId,
    ]);
  });
});
