import fc from 'fast-check';
import { accountEvent } from '../test/arbitraries.js';
import { FrameError } from './byte-reader.js';
import { murmur3 } from './checksum.js';
import { NO_ATTRIBUTES } from './event.js';
import type { AccountEvent } from './event.js';
import { FrameBuilder, MAX_FRAME_BYTES } from './frame-builder.js';
import type { FrameHeader } from './frame-format.js';
import { decodeFrameHeader, readFrame } from './frame-reader.js';
import { shardOf } from './shard-of.js';

const HEADER: FrameHeader = { source: 'http-1', epoch: 3, sequence: 17, receivedAt: 1.7e12, upstream: null };

function event(over: Partial<AccountEvent> = {}): AccountEvent {
  const base = {
    eventId: '395805b6-7aee-409a-85cc-d2ffb7eb7ef2',
    accountId: '9726',
    eventType: 'login',
    eventTime: 1_601_736_282_000,
    country: 'RU',
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
  };
  return { ...base, ...over };
}

function build(events: readonly AccountEvent[], shards = 4, header = HEADER): Uint8Array {
  const builder = new FrameBuilder(shards);
  for (const each of events) if (!builder.tryAdd(each)) throw new Error('full');
  return builder.finish(header);
}

function readAll(bytes: Uint8Array, wants: ((shard: number) => boolean) | null = null) {
  const seen: { event: AccountEvent; index: number; shard: number }[] = [];
  const header = readFrame(bytes, wants, (each, index, shard) => seen.push({ event: each, index, shard }));
  return { seen, header };
}

/** Sets the checksum right after a deliberate change, so that the decoder itself is put to the test. */
function resealed(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(3, murmur3(bytes, 7, bytes.length), true);
  return bytes;
}

describe('frames', () => {
  it('give back every event, by shard, in the order of each account', () => {
    fc.assert(
      fc.property(
        fc.array(accountEvent, { maxLength: 40 }),
        fc.integer({ min: 1, max: 70 }),
        (events, shards) => {
          const { seen, header } = readAll(build(events, shards));
          const expected = events
            .map((each) => ({ event: each, shard: shardOf(each.accountId, shards) }))
            .sort((a, b) => a.shard - b.shard)
            .map((each, index) => ({ ...each, index }));
          expect(seen).toEqual(expected);
          expect(header).toEqual({ ...HEADER, count: events.length, shardCount: shards });
        },
      ),
    );
  });

  it('decode only the wanted shards and number the others all the same', () => {
    fc.assert(
      fc.property(fc.array(accountEvent, { maxLength: 30 }), fc.func(fc.boolean()), (events, wants) => {
        const bytes = build(events, 8);
        const all = readAll(bytes).seen;
        expect(readAll(bytes, wants).seen).toEqual(all.filter(({ shard }) => wants(shard)));
      }),
    );
  });

  it('carry the header, with upstream marks and without', () => {
    const place = fc.maxSafeNat();
    const header = fc.record({
      source: fc.string({ unit: 'grapheme', maxLength: 100 }),
      epoch: place,
      sequence: place,
      receivedAt: place,
      upstream: fc.option(fc.record({ sequence: place, items: place, complete: fc.boolean() })),
    });
    fc.assert(
      fc.property(header, (each) => {
        const bytes = build([event()], 64, each);
        expect(decodeFrameHeader(bytes)).toEqual({ ...each, count: 1, shardCount: 64 });
      }),
    );
  });

  it('refuse header numbers that would not survive', () => {
    expect(() => build([], 4, { ...HEADER, epoch: 1.5 })).toThrow(/epoch must be an integer/);
    expect(() => build([], 4, { ...HEADER, sequence: -1 })).toThrow(/sequence must be an integer/);
  });

  it('may hold nothing: a tick', () => {
    const { seen, header } = readAll(build([]));
    expect(seen).toEqual([]);
    expect(header.count).toBe(0);
  });

  it('are built one after the other without traces of the one before', () => {
    const builder = new FrameBuilder(4);
    const attributes = [{ name: 'ip', kind: 'string' as const, text: '::1' }];
    builder.tryAdd(event({ eventType: 'purchase', attributes }));
    builder.finish(HEADER);
    expect(builder.count).toBe(0);
    builder.tryAdd(event());
    expect(builder.finish(HEADER)).toEqual(build([event()]));
  });

  it('take 4096 small events and no more', () => {
    const builder = new FrameBuilder(1);
    const small = event({ eventId: 'e', accountId: '1', country: null });
    let added = 0;
    while (builder.tryAdd(small)) added++;
    expect(added).toBe(4096);
    expect(readAll(builder.finish(HEADER)).seen).toHaveLength(4096);
  });

  it('stay within their size, and an event that does not fit leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(accountEvent, { minLength: 1, maxLength: 8 }), (pool) => {
        const builder = new FrameBuilder(16);
        const added: AccountEvent[] = [];
        for (let i = 0; added.length < 4096; i++) {
          const next = { ...pool[i % pool.length], eventType: `type-${i}` };
          if (!builder.tryAdd(next)) break;
          added.push(next);
        }
        const stated = builder.byteLength;
        const bytes = builder.finish(HEADER);
        expect(bytes.length).toBeLessThanOrEqual(Math.min(stated, MAX_FRAME_BYTES));
        expect(new Set(readAll(bytes).seen.map(({ event: each }) => each.eventType)).size).toBe(added.length);
        expect(build(added, 16)).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('take a single event however large it is', () => {
    const attributes = Array.from({ length: 64 }, (_, i) => ({
      name: `n${String(i).padStart(63, '0')}`,
      kind: 'string' as const,
      text: 'é'.repeat(512),
    }));
    const huge = event({ attributes });
    const builder = new FrameBuilder(4);
    expect(builder.tryAdd(huge)).toBe(true);
    expect(builder.tryAdd(event())).toBe(false);
    expect(readAll(builder.finish(HEADER)).seen.map(({ event: each }) => each)).toEqual([huge]);
  });

  it('need few bytes', () => {
    const plain = Array.from({ length: 500 }, (_, i) =>
      event({ accountId: String(i), eventTime: 1.7e12 + i }),
    );
    expect(build(plain, 64).length / 500).toBeLessThan(32);
  });

  it('that are cut off or damaged are FrameErrors, before anything is visited', () => {
    const bytes = build([event(), event({ accountId: 'b' })]);
    const visit = visitNothing();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readFrame(bytes.subarray(0, length), null, visit)).toThrow(FrameError);
    }
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 0x41;
      expect(() => readFrame(damaged, null, visit)).toThrow(FrameError);
    }
  });

  it('of garbage throw nothing but FrameError, sealed or not', () => {
    const tryRead = (bytes: Uint8Array): void => {
      try {
        readAll(bytes);
        decodeFrameHeader(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    };
    const valid = build(
      Array.from({ length: 9 }, (_, i) => event({ accountId: `a${i}`, amount: i, currency: 'EUR' })),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(valid.length - 1)),
        fc.nat(255),
        (noise, places, xor) => {
          tryRead(noise);
          const sealed = Uint8Array.from([0x56, 0x46, 1, 0, 0, 0, 0, noise.length & 3, ...noise]);
          tryRead(resealed(sealed));
          const changed = valid.slice();
          for (const at of places) if (at >= 7) changed[at] ^= xor;
          tryRead(resealed(changed));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('of another format say which', () => {
    const bytes = build([event()]);
    bytes[2] = 9;
    expect(() => decodeFrameHeader(bytes)).toThrow('frame of format 9; this version reads format 1');
  });

  it('let errors of the visitor through', () => {
    const failing = (): void => {
      throw new TypeError('mine');
    };
    expect(() => readFrame(build([event()]), null, failing)).toThrow(TypeError);
  });
});

function visitNothing(): () => void {
  return () => {
    throw new Error('nothing may be visited');
  };
}
