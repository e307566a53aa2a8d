/** What if X comes before Y: every publish is settled by hand. */
import { FakeOutput } from '../test/fake-output.js';
import { FakeTime, settle } from '../test/fake-time.js';
import { Outbox, type Outgoing, type OutboxSettings } from './outbox.js';
import type { Tenure } from './ports.js';

const SHARD = 2;
const MINE: Tenure = { owner: 'me', revision: 7 };
const WINDOW_MS = 120_000;

function message(key: string, n: number): Outgoing {
  const headers = { 'Vigil-Shard': String(SHARD), 'Vigil-Log-Seq': '1' };
  return {
    subject: `alerts.${key}`,
    msgId: `${key}.${n}`,
    headers,
    data: new Uint8Array(),
    key,
    loggedAt: 0,
  };
}

async function open(settings: Partial<OutboxSettings> = {}) {
  const stream = new FakeOutput();
  const time = new FakeTime();
  const claim = await stream.claim(SHARD, MINE);
  if (claim.kind !== 'claimed') throw new Error('the fake refused the first claim');
  const seen = { stored: [] as string[], failed: [] as string[], fencedBy: [] as string[] };
  const owner = {
    stored: ({ msgId }: Outgoing) => void seen.stored.push(msgId),
    attemptFailed: (kind: string) => void seen.failed.push(kind),
    fenced: ({ owner: holder }: Tenure) => void seen.fencedBy.push(holder),
  };
  const fence = { shard: SHARD, tenure: MINE, claimSequence: claim.sequence };
  const outbox = new Outbox(stream, fence, owner, time, {
    maxInFlight: 4,
    dedupWindowMs: WINDOW_MS,
    ...settings,
  });
  return { stream, time, outbox, seen };
}

describe('an outbox in good weather', () => {
  it('sends several at once, and holds each until it is stored', async () => {
    const { stream, outbox, seen } = await open();
    stream.held = true;
    for (const key of ['a', 'b', 'c']) outbox.enqueue(message(key, 1));
    expect(stream.waitingIds()).toEqual(['a.1', 'b.1', 'c.1']);
    stream.release('b.1');
    await settle();
    expect(seen.stored).toEqual(['b.1']);
    expect(outbox.depth).toBe(2);
  });

  it('has no more in flight than it may', async () => {
    const { stream, outbox } = await open({ maxInFlight: 2 });
    stream.held = true;
    for (const key of ['a', 'b', 'c', 'd']) outbox.enqueue(message(key, 1));
    expect(stream.waitingIds()).toEqual(['a.1', 'b.1']);
    stream.release('a.1');
    await settle();
    expect(stream.waitingIds()).toEqual(['b.1', 'c.1']);
  });

  it('never has two messages of one alert in flight, and keeps their order', async () => {
    const { stream, outbox, seen } = await open();
    stream.held = true;
    for (const n of [1, 2, 3]) outbox.enqueue(message('a', n));
    outbox.enqueue(message('b', 1));
    expect(stream.waitingIds()).toEqual(['a.1', 'b.1']);
    stream.release('a.1');
    await settle();
    expect(stream.waitingIds()).toEqual(['b.1', 'a.2']);
    stream.release('a.2');
    await settle();
    stream.release('a.3');
    stream.release('b.1');
    await settle();
    expect(seen.stored).toEqual(['a.1', 'a.2', 'a.3', 'b.1']);
    outbox.enqueue(message('a', 4));
    expect(stream.waitingIds()).toEqual(['a.4']);
  });

  it('tells when there is room again', async () => {
    const { stream, outbox } = await open();
    stream.held = true;
    for (const key of ['a', 'b', 'c']) outbox.enqueue(message(key, 1));
    let room = false;
    void outbox.heldAtMost(1).then(() => (room = true));
    stream.release('a.1');
    await settle();
    expect(room).toBe(false);
    stream.release('c.1');
    await settle();
    expect(room).toBe(true);
  });
});

describe('an outbox when the stream does not take a message', () => {
  it.each(['full', 'unavailable'] as const)(
    'tries for as long as it is %s, and then stores it once',
    async (fate) => {
      const { stream, time, outbox, seen } = await open();
      stream.fate = () => fate;
      outbox.enqueue(message('a', 1));
      outbox.enqueue(message('a', 2));
      await time.advance(10 * WINDOW_MS);
      expect(stream.stored).toEqual([]);
      expect(new Set(seen.failed)).toEqual(new Set([fate]));
      stream.fate = () => 'store';
      await time.advance(5_000);
      expect(seen.stored).toEqual(['a.1', 'a.2']);
      expect(stream.claimsMade).toBe(1);
    },
  );

  it('sends again under the same id when the acknowledgement was lost', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.fate = (_, attempt) => (attempt === 1 ? 'lose-ack' : 'store');
    outbox.enqueue(message('a', 1));
    await time.advance(1_000);
    expect(seen.stored).toEqual(['a.1']);
    expect(stream.ids()).toEqual(['a.1']);
  });

  it('lets messages of other alerts pass one that waits', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.fate = ({ msgId }) => (msgId === 'a.1' ? 'full' : 'store');
    outbox.enqueue(message('a', 1));
    outbox.enqueue(message('a', 2));
    outbox.enqueue(message('b', 1));
    await time.advance(100);
    expect(seen.stored).toEqual(['b.1']);
  });
});

describe('an outbox that must not repeat blindly', () => {
  it('reads back and does not send what was stored though no acknowledgement ever came', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.fate = () => 'lose-ack';
    outbox.enqueue(message('a', 1));
    await time.advance(100);
    stream.fate = () => 'lose';
    await time.advance(WINDOW_MS / 2 - 100);
    stream.forgetIds();
    stream.fate = () => 'store';
    await time.advance(5_000);
    expect(seen.stored).toEqual(['a.1']);
    expect(stream.ids()).toEqual(['a.1']);
    expect(stream.claimsMade).toBe(2);
  });

  it('fences off an attempt that is still on its way, and stores the message once', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.fate = () => 'delay';
    outbox.enqueue(message('a', 1));
    await time.advance(WINDOW_MS / 2 - 100);
    stream.fate = () => 'store';
    stream.held = true;
    await time.advance(5_000);
    expect(stream.waitingIds()).toEqual(['a.1']);
    stream.forgetIds();
    stream.arrive();
    expect(stream.ids()).toEqual([]);
    stream.release('a.1');
    await settle();
    expect(stream.ids()).toEqual(['a.1']);
    expect(seen.stored).toEqual(['a.1']);
  });

  it('awaits everything in flight before it claims again', async () => {
    const { stream, time, outbox } = await open();
    stream.held = true;
    outbox.enqueue(message('a', 1));
    outbox.enqueue(message('b', 1));
    // Nothing is known of `a` for longer than half the window; the server answers `b` only then.
    for (let t = 0; t < WINDOW_MS / 2; t += 2_000) {
      if (stream.waitingIds().includes('a.1')) stream.release('a.1', 'lose');
      await time.advance(2_000);
    }
    if (stream.waitingIds().includes('a.1')) stream.release('a.1', 'lose');
    await time.advance(5_000);
    expect(stream.waitingIds()).toEqual(['b.1']);
    expect(stream.claimsMade).toBe(1);
    stream.release('b.1');
    await time.advance(1_000);
    expect(stream.claimsMade).toBe(2);
    expect(stream.waitingIds()).toEqual(['a.1']);
  });

  it('sends nothing new while it verifies, and everything in order afterwards', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.fate = () => 'lose';
    outbox.enqueue(message('a', 1));
    stream.claimAnswer = () => ({ kind: 'unavailable', message: 'away' });
    await time.advance(WINDOW_MS);
    const attempts = stream.attempts;
    outbox.enqueue(message('a', 2));
    outbox.enqueue(message('b', 1));
    await time.advance(10_000);
    expect(stream.attempts).toBe(attempts);
    stream.claimAnswer = null;
    stream.fate = () => 'store';
    await time.advance(5_000);
    expect(seen.stored).toEqual(['a.1', 'b.1', 'a.2']);
  });

  it('tries the reading back again when it is cut off', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.fate = () => 'lose-ack';
    outbox.enqueue(message('a', 1));
    outbox.enqueue(message('b', 1));
    await time.advance(10);
    stream.fate = () => 'lose';
    await time.advance(WINDOW_MS / 2 - 10);
    stream.readBackFails = 2;
    stream.forgetIds();
    stream.fate = () => 'store';
    await time.advance(10_000);
    expect(stream.ids()).toEqual(['a.1', 'b.1']);
    expect(seen.stored.sort()).toEqual(['a.1', 'b.1']);
  });
});

describe('an outbox whose claim is gone', () => {
  it('closes when another owner has it, and has no effect any more', async () => {
    const { stream, time, outbox, seen } = await open();
    await stream.claim(SHARD, { owner: 'successor', revision: 8 });
    outbox.enqueue(message('a', 1));
    await time.advance(1_000);
    expect(seen.fencedBy).toEqual(['successor']);
    outbox.enqueue(message('a', 2));
    await time.advance(WINDOW_MS);
    expect(stream.stored).toEqual([]);
    expect(outbox.depth).toBe(0);
    await outbox.heldAtMost(0);
  });

  it('closes when another owner was faster with the very same message', async () => {
    const { stream, time, outbox, seen } = await open();
    const successor = { owner: 'successor', revision: 8 };
    const claim = await stream.claim(SHARD, successor);
    if (claim.kind !== 'claimed') throw new Error('the fake refused a newer claim');
    await stream.publish(SHARD, claim.sequence, message('a', 1));
    outbox.enqueue(message('a', 1));
    outbox.enqueue(message('a', 2));
    await time.advance(1_000);
    expect(seen.fencedBy).toEqual(['successor']);
    expect(stream.ids()).toEqual(['a.1']);
  });

  it('goes on when a duplicate turns out to be of its own tenure', async () => {
    const { stream, time, outbox, seen } = await open();
    await stream.publish(SHARD, 1, message('a', 1));
    outbox.enqueue(message('a', 1));
    outbox.enqueue(message('a', 2));
    await time.advance(1_000);
    expect(seen).toMatchObject({ stored: ['a.1', 'a.2'], fencedBy: [] });
    expect(stream.ids()).toEqual(['a.1', 'a.2']);
  });

  it('claims again when the claim was purged, and goes on', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.forgetClaims();
    outbox.enqueue(message('a', 1));
    await time.advance(1_000);
    expect(seen.stored).toEqual(['a.1']);
    expect(seen.fencedBy).toEqual([]);
  });

  it('does not spin when the claim is gone again each time', async () => {
    const { stream, time, outbox } = await open();
    const publish = stream.publish.bind(stream);
    stream.publish = (...args) => {
      stream.forgetClaims();
      return publish(...args);
    };
    outbox.enqueue(message('a', 1));
    await time.advance(60_000);
    expect(stream.claimsMade).toBeLessThan(50);
  });

  it('drops what comes back after it was closed', async () => {
    const { stream, outbox, seen } = await open();
    stream.held = true;
    outbox.enqueue(message('a', 1));
    outbox.enqueue(message('a', 2));
    outbox.close();
    stream.release('a.1');
    await settle();
    expect(seen.stored).toEqual([]);
    expect(stream.waitingIds()).toEqual([]);
  });

  it('is not verified to life when it is closed while it verifies', async () => {
    const { stream, time, outbox, seen } = await open();
    stream.forgetClaims();
    stream.claimAnswer = () => ({ kind: 'unavailable', message: 'away' });
    outbox.enqueue(message('a', 1));
    await time.advance(1_000);
    outbox.close();
    stream.claimAnswer = null;
    await time.advance(10_000);
    expect(stream.stored).toEqual([]);
    expect(seen.stored).toEqual([]);
  });
});
