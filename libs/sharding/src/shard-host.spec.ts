import { SHARDS, event } from '../test/fake-log.js';
import { FakeFold } from '../test/fake-fold.js';
import { settle } from '../test/fake-time.js';
import { accountIn, World } from '../test/world.js';
import { DEFAULT_OUTBOX_SETTINGS } from './outbox.js';

/** Ids in `ALERTS`, each of which must be there once. */
function expectOnce(world: World, expected: number): void {
  const ids = world.alerts.ids();
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(expected);
}

describe('a host', () => {
  it('folds events and rules of all shards, and publishes what they decide', async () => {
    const world = new World();
    world.log.frame([0, 1, 2, 3].map((shard) => event(accountIn(shard), 'alarm')));
    const { host, seen } = world.host();
    await host.start();
    await settle();
    expect(host.running).toBe(true);
    world.log.frame([
      event(accountIn(1, 1), 'alarm'),
      event(accountIn(2), 'late'),
      event(accountIn(0), 'calm'),
    ]);
    await settle();
    expectOnce(world, 6);
    expect(world.late.ids()).toEqual([expect.stringMatching(/^late\.2\.\d+$/)]);
    expect(seen.latencies.length).toBe(3);
    await host.stop();
    expect(host.status().phases.unowned).toBe(SHARDS);
  });

  it('drops a frame that was stored twice', async () => {
    const world = new World();
    const alarm = event(accountIn(0), 'alarm');
    world.log.frame([alarm], { sequence: 5 });
    world.log.frame([alarm], { sequence: 5 });
    const { host } = world.host();
    await host.start();
    await settle();
    expectOnce(world, 1);
    expect(host.status().copiesDropped).toBe(1);
  });

  it('runs at once on an empty log', async () => {
    const world = new World();
    const { host } = world.host();
    await host.start();
    await settle();
    expect(host.running).toBe(true);
  });

  it('is not running before the replay has passed the place where the log ended', async () => {
    const world = new World();
    for (let i = 0; i < 20; i++) world.log.frame([event(accountIn(i % SHARDS), 'click')]);
    world.log.batchSize = 1;
    const { host } = world.host({ eventsPerTurn: 1 });
    let turns = 0;
    world.time.yield = async () => {
      turns += 1;
      if (turns < 19) expect(host.running).toBe(false);
    };
    await host.start();
    await settle();
    expect(host.running).toBe(true);
    expect(turns).toBe(20);
  });

  it('lets others go first after a bounded number of events', async () => {
    const world = new World();
    for (let i = 0; i < 50; i++)
      world.log.frame(Array.from({ length: 10 }, () => event('account-1', 'click')));
    const { host } = world.host({ eventsPerTurn: 100 });
    await host.start();
    await settle();
    expect(world.time.yields).toBe(5);
  });

  it('pauses the fold while what waits to be stored is at its bound', async () => {
    const world = new World();
    world.alerts.fate = () => 'full';
    for (let i = 0; i < 30; i++) world.log.frame([event(accountIn(i % SHARDS, i), 'alarm')]);
    const { host } = world.host({ maxHeld: 10 });
    await host.start();
    await world.time.advance(60_000);
    expect(host.status().position).toBe(11);
    expect(host.status().outbox).toBe(11);
    world.alerts.fate = () => 'store';
    await world.time.advance(10_000);
    expect(host.status().position).toBe(30);
    expectOnce(world, 30);
  });

  it('waits on a stop for what is in flight', async () => {
    const world = new World();
    const { host } = world.host();
    await host.start();
    await settle();
    world.alerts.held = true;
    world.log.frame([event(accountIn(0), 'alarm')]);
    await settle();
    let stopped = false;
    const stopping = host.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).toBe(false);
    expect(host.status().phases).toMatchObject({ draining: 1, unowned: SHARDS - 1 });
    world.alerts.release(world.alerts.waitingIds()[0]);
    await stopping;
    expectOnce(world, 1);
  });

  it('gives up a start that cannot go on', async () => {
    const world = new World();
    world.alerts.claimAnswer = () => ({ kind: 'unavailable', message: 'away' });
    const { host } = world.host();
    const starting = host.start();
    await world.time.advance(10_000);
    host.abandon();
    await world.time.advance(10_000);
    await starting;
    await host.stop();
    expect(host.status().phases.unowned).toBe(SHARDS);
  });
});

describe('a host that meets what it cannot fold', () => {
  it('sets it aside once, goes on, and does not set it aside again on replay', async () => {
    const world = new World();
    world.log.append('events.http', new TextEncoder().encode('no frame'));
    world.log.append('rules.demo', new TextEncoder().encode('no rule'));
    world.log.frame([event(accountIn(0), 'boom'), event(accountIn(0), 'alarm')]);
    const first = world.host();
    await first.host.start();
    await settle();
    expect(world.deadLetters.letters.map(({ reason, sequence }) => [reason, sequence])).toEqual([
      ['bad-frame', 1],
      ['bad-message', 2],
      ['engine-error', 3],
    ]);
    expectOnce(world, 1);
    first.host.abandon();
    const second = world.host();
    await second.host.start();
    await settle();
    expect(world.deadLetters.letters.length).toBe(3);
  });

  it('goes on while the dead letters cannot be stored, and stores them in order later', async () => {
    const world = new World();
    world.deadLetters.answer = 'not-stored';
    for (let i = 0; i < 3; i++) world.log.append('events.http', Uint8Array.of(i));
    world.log.frame([event(accountIn(0), 'alarm')]);
    const { host } = world.host();
    await host.start();
    await world.time.advance(1_000);
    expectOnce(world, 1);
    world.deadLetters.answer = 'stored';
    await world.time.advance(10_000);
    expect(world.deadLetters.letters.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });
});

describe('a host that follows one that died', () => {
  const points = [
    'before it was sent',
    'on its way, and lost',
    'stored, not acknowledged',
    'stored',
  ] as const;

  it.each(points.flatMap((point) => [true, false].map((forgotten) => [point, forgotten] as const)))(
    'stores an alert once when the first died with it %s (ids forgotten: %s)',
    async (point, forgotten) => {
      const world = new World();
      const first = world.host();
      await first.host.start();
      await settle();
      world.alerts.held = true;
      world.log.frame([event(accountIn(0), 'alarm'), event(accountIn(1), 'alarm')]);
      await settle();
      const [id] = world.alerts.waitingIds();
      if (point === 'on its way, and lost') world.alerts.release(id, 'lose');
      if (point === 'stored, not acknowledged') world.alerts.release(id, 'lose-ack');
      if (point === 'stored') world.alerts.release(id);
      first.host.abandon();
      if (forgotten) world.alerts.forgetIds();
      world.alerts.held = false;
      const second = world.host();
      await second.host.start();
      await world.time.advance(1_000);
      expectOnce(world, 2);
      expect(second.seen.suppressed).toBe(point.startsWith('stored') ? 1 : 0);
      // What the first still has on its way is refused: its claim is not the last any more.
      for (const waiting of world.alerts.waitingIds()) world.alerts.release(waiting);
      await world.time.advance(1_000);
      expectOnce(world, 2);
    },
  );

  it('stores each message of an alert once and in order over many deaths', async () => {
    const world = new World();
    const account = accountIn(0);
    for (let i = 0; i < 40; i++) world.log.frame([event(account, i % 2 === 0 ? 'alarm' : 'calm')]);
    for (let life = 0; life < 12; life++) {
      let left = 5;
      world.alerts.fate = () => (left-- > 0 ? 'store' : 'delay');
      const { host } = world.host();
      await host.start();
      await world.time.advance(500);
      host.abandon();
      world.alerts.forgetIds();
    }
    world.alerts.fate = () => 'store';
    const { host } = world.host();
    await host.start();
    world.alerts.arrive();
    await world.time.advance(10_000);
    expectOnce(world, 40);
    const order = world.alerts.ids().map((id) => id.split('.').slice(1).join('.'));
    expect(order).toEqual(
      Array.from(
        { length: 40 },
        (_, i) => `${Math.floor(i / 2) + 1}.${i % 2 === 0 ? 'raised' : 'retracted'}.${i + 1}`,
      ),
    );
  });

  it('reads back again when that was cut off', async () => {
    const world = new World();
    for (let i = 0; i < 6; i++) world.log.frame([event(accountIn(i % SHARDS, i), 'alarm')]);
    const first = world.host();
    await first.host.start();
    await settle();
    first.host.abandon();
    world.alerts.forgetIds();
    world.alerts.readBackFails = 2;
    const second = world.host();
    const starting = second.host.start();
    await world.time.advance(1_000);
    await starting;
    await settle();
    expectOnce(world, 6);
    expect(second.seen.suppressed).toBe(6);
  });

  it('publishes what the log gathered while nobody ran', async () => {
    const world = new World();
    world.log.frame([event(accountIn(0), 'alarm')]);
    const first = world.host();
    await first.host.start();
    await settle();
    await first.host.stop();
    for (let i = 0; i < 20; i++) world.log.frame([event(accountIn(i % SHARDS, i + 1), 'alarm')]);
    world.alerts.forgetIds();
    const second = world.host();
    await second.host.start();
    await settle();
    expectOnce(world, 21);
    expect(second.seen).toMatchObject({ suppressed: 1, decided: 20, latencies: [] });
  });
});

describe('a host whose program decides otherwise than the one before', () => {
  async function withOrphan(world: World) {
    world.log.frame([event(accountIn(0), 'alarm'), event(accountIn(1), 'odd')]);
    const first = world.host({}, (shard) => new FakeFold(shard, ['alarm', 'odd']));
    await first.host.start();
    await settle();
    await first.host.stop();
    expectOnce(world, 2);
  }

  it('takes back what the log does not support, once', async () => {
    const world = new World();
    await withOrphan(world);
    for (let life = 0; life < 3; life++) {
      const { host, seen } = world.host();
      await host.start();
      await settle();
      expect(seen.retracted).toBe(life === 0 ? 1 : 0);
      await host.stop();
      world.alerts.forgetIds();
    }
    expectOnce(world, 3);
    const { subject, data } = world.alerts.stored.at(-1)!;
    expect(subject).toBe(`alerts.demo.${accountIn(1)}`);
    expect(JSON.parse(new TextDecoder().decode(data))).toMatchObject({
      kind: 'retracted',
      revision: 1,
      reason: 'An alarm.',
    });
  });

  it('takes nothing back when the log was trimmed: what supported it may be gone', async () => {
    const world = new World();
    await withOrphan(world);
    world.log.frame([]);
    world.log.first = 2;
    const { host, seen } = world.host();
    world.log.batchSize = 1;
    await host.start();
    await settle();
    expect(seen).toMatchObject({ orphans: 2, retracted: 0 });
    expectOnce(world, 2);
  });
});

describe('two hosts', () => {
  it('leave the former without effect, and it notices', async () => {
    const world = new World();
    const first = world.host();
    await first.host.start();
    await settle();
    const second = world.host();
    await second.host.start();
    await settle();
    world.log.frame([0, 1, 2, 3].map((shard) => event(accountIn(shard), 'alarm')));
    await world.time.advance(5_000);
    expectOnce(world, 4);
    expect(first.host.running).toBe(false);
    expect(first.seen.fenced.sort()).toEqual([0, 1, 2, 3]);
    expect(first.host.status().lost.length).toBe(4);
    expect(second.host.running).toBe(true);
    await first.host.stop();
  });

  it('let the former go on with the shards that were not taken', async () => {
    const world = new World();
    const first = world.host();
    await first.host.start();
    await settle();
    const second = world.host({ shards: [0, 1] });
    await second.host.start();
    await settle();
    world.log.frame([0, 1, 2, 3].map((shard) => event(accountIn(shard), 'alarm')));
    await world.time.advance(5_000);
    expectOnce(world, 4);
    expect(first.host.status().phases).toMatchObject({ running: 2, unowned: 2 });
    world.log.frame([event(accountIn(3), 'calm')]);
    await settle();
    expectOnce(world, 5);
  });

  it('refuse an older tenure from the beginning', async () => {
    const world = new World();
    const older = world.host();
    const newer = world.host();
    await newer.host.start();
    await older.host.start();
    await settle();
    expect(older.host.running).toBe(false);
    expect(older.seen.fenced.length).toBe(SHARDS);
    world.log.frame([event(accountIn(0), 'alarm')]);
    await settle();
    expectOnce(world, 1);
  });

  it('hand over a message of unknown outcome without losing or doubling it', async () => {
    const world = new World();
    const first = world.host({ outbox: { ...DEFAULT_OUTBOX_SETTINGS, dedupWindowMs: 1_000 } });
    await first.host.start();
    await settle();
    world.alerts.fate = () => 'delay';
    world.log.frame([event(accountIn(0), 'alarm')]);
    await world.time.advance(200);
    const second = world.host();
    world.alerts.fate = () => 'store';
    await second.host.start();
    await settle();
    world.alerts.forgetIds();
    world.alerts.arrive();
    await world.time.advance(10_000);
    expectOnce(world, 1);
    expect(first.seen.fenced).toEqual([0]);
  });
});
