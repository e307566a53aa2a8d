import fc from 'fast-check';
import { accountEvent, naughtyText } from '../test/arbitraries.js';
import { base, decode, encoder, FORMATS, GOOD } from '../test/bodies.js';
import { formatAmount } from './amount.js';
import type { BodyFormat } from './decode-body.js';
import type { AccountEvent } from './event.js';

describe('any body', () => {
  const accountedFor = (body: Uint8Array, format: BodyFormat): void => {
    const { events, eventIndexes, rejected, items } = decode(body, format);
    expect(events).toHaveLength(eventIndexes.length);
    const indexes = [...eventIndexes, ...rejected.map(({ index }) => index)].sort((a, b) => a - b);
    expect(indexes).toEqual(Array.from({ length: items }, (_, i) => i));
    for (const { code, message, value } of rejected) {
      expect(code).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(`${message}${value}`).not.toMatch(/[\0\p{Cs}]/u);
    }
  };

  it('of random bytes is accounted for and never throws', () => {
    const lines = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(GOOD, 'e,a,login,NL,1601736282').map((s) => encoder.encode(s)),
      ),
    );
    const bytes = lines.map((parts) => Uint8Array.from(parts.flatMap((part) => [...part, 0x0a])));
    fc.assert(fc.property(fc.oneof(bytes, fc.uint8Array()), fc.constantFrom(...FORMATS), accountedFor), {
      numRuns: 2000,
    });
  });

  it('of almost valid text is accounted for and never throws', () => {
    const field = fc.oneof(naughtyText, fc.constantFrom('login', 'NL', '1601736282', '"', ''));
    const csv = fc.array(field, { minLength: 1, maxLength: 8 }).map((cells) => cells.join(','));
    const object = fc
      .record({
        eventId: field,
        accountId: fc.anything(),
        eventType: fc.constant('login'),
        eventTime: field,
        attributes: fc.dictionary(field, fc.jsonValue()),
      })
      .map((value) =>
        JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each)),
      );
    const line = fc.oneof(csv, object, fc.json());
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', ','),
        fc.constantFrom(...FORMATS),
        (parts, glue, format) => {
          accountedFor(encoder.encode(parts.join(glue)), format);
          if (glue === ',') accountedFor(encoder.encode(`[${parts.join(glue)}]`), format);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('holds what was written as JSON, in every form of JSON', () => {
    const written = accountEvent.map((event) => {
      const attributes = event.attributes.filter(
        ({ name }) =>
          !(name in base) &&
          encoder.encode(name).length <= 64 &&
          !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) &&
          !['amount', 'currency', 'attributes'].includes(name),
      );
      return { ...event, attributes: attributes.map((each) => ({ ...each, kind: 'string' as const })) };
    });
    const toJson = (event: AccountEvent): string =>
      JSON.stringify({
        ...event,
        amount: event.amount === null ? null : formatAmount(event.amount),
        attributes: Object.fromEntries(event.attributes.map(({ name, text }) => [name, text])),
      }).replace(/"attributes":\{\}/, '"attributes":null');
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (events) => {
        const wanted = events.map((event) => ({
          ...event,
          attributes: event.attributes.filter(({ name }) => name !== '__proto__'),
        }));
        const texts = wanted.map(toJson);
        expect(decode(`[${texts.join(',')}]`, 'json').events).toEqual(wanted);
        expect(decode(texts.join('\n'), 'ndjson').events).toEqual(wanted);
        expect(decode(texts.join('\n')).events).toEqual(wanted);
      }),
    );
  });
});
