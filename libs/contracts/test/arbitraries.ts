/** Generators of events and of what publishers may send, for property tests. */
import fc from 'fast-check';
import type { AccountEvent, Attribute } from '../src/event.js';
import { NO_ATTRIBUTES } from '../src/event.js';

/** Texts with something of every class of Unicode: letters, marks, emoji, private use, astral planes. */
const NAUGHTY = [
  '-1',
  '1e3',
  '0x10',
  'NaN',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udc00y',
  ' ',
  'a b',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\u0085',
  'ÅÍÎÏ˝ÓÔÒÚÆ☃',
  '👩‍👩‍👧',
  '田中さん',
  'Ṱ̺̺̕o͞ ̷',
  "'; DROP TABLE users; --",
  '<script>alert(1)</script>',
  '"quoted"',
  'a,b',
  'a\nb',
  '1'.repeat(128),
  '1'.repeat(129),
  'é'.repeat(64),
  'é'.repeat(65),
  '9007199254740993',
];

export const naughtyText = fc.oneof(
  fc.constantFrom(...NAUGHTY),
  fc.string({ unit: 'binary', maxLength: 140 }),
  fc.string({ maxLength: 20 }),
);

/** Ids that are valid: any printable characters. */
const idUnit = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
  .filter((s) => !/[\p{C}\p{Z}]/u.test(s));
export const validId = fc.oneof(
  fc.uuid(),
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
  fc.array(idUnit, { minLength: 1, maxLength: 12 }).map((units) => units.join('')),
  fc.constantFrom(
    '0',
    '00',
    '01',
    '-1',
    '999999999999999',
    '1000000000000000',
    'é'.repeat(64),
    'x'.repeat(128),
  ),
);

const eventType = fc.constantFrom('login', 'log-out', 'purchase', 'a', `z${'-'.repeat(31)}`);

const attributeText = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('', '0', '42', '007', '1.5', 'x'.repeat(1024)),
  )
  .filter((text) => !text.includes('\0'));

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ name: fc.constant(''), kind: fc.constant('string' as const), text: attributeText }),
  fc.record({
    name: fc.constant(''),
    kind: fc.constant('number' as const),
    text: fc.constantFrom('0', '-7', '1.25', '42'),
  }),
  fc.record({
    name: fc.constant(''),
    kind: fc.constant('boolean' as const),
    text: fc.constantFrom('true', 'false'),
  }),
);

const attributes = fc
  .dictionary(
    fc.oneof(fc.constantFrom('ip', 'deviceId', '__proto__', 'größe', '🙂'), fc.string({ minLength: 1 })),
    attribute,
    {
      maxKeys: 6,
      noNullPrototype: false,
    },
  )
  .map((members) =>
    Object.keys(members)
      .sort()
      .map((name) => ({ ...members[name], name })),
  );

/** Valid events, as they come out of validation. */
export const accountEvent: fc.Arbitrary<AccountEvent> = fc.record({
  eventId: validId,
  accountId: validId,
  eventType,
  eventTime: fc.oneof(
    fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }),
    fc.constantFrom(946_684_800_000, 1_601_736_282_000),
  ),
  country: fc.option(fc.constantFrom('NL', 'AD', 'ZZ', 'ZW')),
  amount: fc.option(fc.oneof(fc.integer({ min: -1e15, max: 1e15 }), fc.constantFrom(0, 1e15, -1e15, 10_000))),
  currency: fc.option(fc.constantFrom('EUR', 'USD')),
  attributes: fc.oneof(fc.constant(NO_ATTRIBUTES), attributes),
});
