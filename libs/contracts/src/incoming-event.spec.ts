import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { naughtyText, validId } from '../test/arbitraries.js';
import { readIncomingEvent } from './event-reader.js';
import { incomingFromObject } from './event-record.js';
import { parseExactJson } from './exact-json.js';
import { FieldProblem } from './field-problem.js';
import { IncomingEvent } from './incoming-event.js';

const NOW = 1_800_000_000_000;

const scalar = fc.oneof(
  naughtyText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(0, -0, 1e21, 1e-7, 2 ** 53, -(2 ** 53), 1e11, 1e11 + 1, NaN, Infinity),
);
const anything = fc.oneof(scalar, fc.jsonValue(), fc.constantFrom([], {}, [[]], { a: { b: {} } }));

/** Mostly valid values, so that each field gets its turn to be the first at fault. */
const mostly = (valid: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: valid, weight: 12 }, { arbitrary: anything, weight: 1 });

const fields = {
  eventId: mostly(validId),
  transactionId: mostly(validId),
  accountId: mostly(fc.oneof(validId, fc.maxSafeInteger())),
  userId: mostly(validId),
  payerId: mostly(validId),
  eventType: mostly(fc.constantFrom('login', 'log-out', 'a')),
  country: mostly(fc.constantFrom('NL', 'nld', 'UK', 'O', 'Other', null)),
  locationCountry: mostly(fc.constantFrom('RU', 'RUS')),
  eventTime: mostly(
    fc.oneof(fc.integer({ min: 946684800, max: 1799999999 }), fc.constant('2020-10-03T14:44:42Z')),
  ),
  timestamp: mostly(fc.integer({ min: 946684800000, max: NOW + 300_000 })),
  amount: mostly(fc.oneof(fc.integer(), fc.constantFrom('12.5', '-0.0001', 0.1))),
  currency: mostly(fc.constantFrom('EUR', 'USD', null)),
  attributes: mostly(fc.dictionary(naughtyText, scalar)),
};
const record = fc
  .tuple(
    fc.record(fields, { requiredKeys: ['eventType'] }),
    fc.dictionary(naughtyText, anything, { maxKeys: 3 }),
  )
  .map(([known, other]): Record<string, unknown> => ({ ...other, ...known }));

/** The first field that class-validator finds at fault, with its message. */
function slowProblem(raw: IncomingEvent): { field: string; message: string } | null {
  const [first] = validateSync(raw);
  return first ? { field: first.property, message: Object.values(first.constraints ?? {}).join() } : null;
}

/** The same from the fast path; a problem with one attribute is one with `attributes`. */
function fastProblem(raw: IncomingEvent): { field: string; message: string } | null {
  const result = readIncomingEvent(raw);
  if (!(result instanceof FieldProblem)) return null;
  const field = result.code.includes('attribute') ? 'attributes' : String(result.field);
  return { field, message: result.message };
}

describe('validation', () => {
  it('says the same by class-validator and on the fast path', () => {
    const outcomes = { accepted: 0, refused: new Set<string>() };
    fc.assert(
      fc.property(record, fc.boolean(), (object, exact) => {
        const json = exact ? JSON.stringify(object) : null;
        const parsed = json === null ? object : (parseExactJson(json) as Record<string, unknown>);
        const raw = incomingFromObject(parsed, NOW, 16);
        if (raw instanceof FieldProblem) return;
        const fast = fastProblem(raw);
        expect(fast).toEqual(slowProblem(raw));
        if (fast === null) outcomes.accepted++;
        else outcomes.refused.add(fast.field);
      }),
      { numRuns: 3000 },
    );
    expect(outcomes.accepted).toBeGreaterThan(100);
    expect([...outcomes.refused].sort()).toEqual([
      'accountId',
      'amount',
      'attributes',
      'country',
      'currency',
      'eventId',
      'eventTime',
      'eventType',
    ]);
  });

  it('agrees on values of every type in every field', () => {
    const names = [
      'eventId',
      'accountId',
      'eventType',
      'country',
      'eventTime',
      'amount',
      'currency',
      'attributes',
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), (name, value) => {
        const raw = new IncomingEvent(NOW);
        Object.assign(raw, {
          eventId: 'e',
          accountId: 'a',
          eventType: 'login',
          eventTime: NOW,
          [name]: value ?? null,
        });
        expect(fastProblem(raw)).toEqual(slowProblem(raw));
      }),
      { numRuns: 1000 },
    );
  });
});
