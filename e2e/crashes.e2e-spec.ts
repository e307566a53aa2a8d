/** Each service, nats-server and PostgreSQL are killed in turn while traffic runs: nothing lost, nothing twice, nothing wrong. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrafficGenerator, type GeneratedEvent } from '#traffic';
import { expectedAlerts, identityOf, readWholeLog } from './evaluation.js';
import { openWorld, postUntilTaken, settled, type World } from './fixtures.js';

const SEED = Number(process.env.VIGIL_E2E_SEED ?? randomInt(2 ** 31));

/** Sends until it is told to stop and remembers, by identity, the last content that was acknowledged. */
class Publisher {
  readonly acknowledged = new Map<string, GeneratedEvent>();
  private running = true;
  private readonly traffic = new TrafficGenerator({
    seed: SEED,
    accounts: 60,
    fraudShare: 0.2,
    disorderShare: 0.2,
    maxDisorderMs: 60_000,
    duplicateShare: 0.1,
    correctionShare: 0.1,
  });

  constructor(private readonly world: World) {}

  async run(): Promise<void> {
    while (this.running) {
      const events = Array.from({ length: 40 }, () => this.traffic.next(Date.now()));
      const answer = await postUntilTaken(this.world, JSON.stringify(events), 'application/json');
      expect(answer.rejected).toEqual([]);
      for (const event of events) this.acknowledged.set(identityOf(event), event);
      await sleep(20);
    }
  }

  stop(): void {
    this.running = false;
  }
}

describe(`killing everything in turn (VIGIL_E2E_SEED=${SEED})`, () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  }, 60_000);
  afterAll(async () => world?.close(), 60_000);

  it('loses nothing, doubles nothing, and decides what the rules say', async () => {
    const publisher = new Publisher(world);
    const publishing = publisher.run();
    // It is awaited below; a failure before that must not end the process.
    publishing.catch(() => undefined);
    for (const name of ['detector', 'recorder', 'ingest', 'detector'] as const) {
      await sleep(1_500);
      await world.system[name].restart('SIGKILL');
    }
    await sleep(1_000);
    world.nats.kill('SIGKILL');
    await world.nats.restart();
    await sleep(2_000);
    world.postgres.kill('SIGKILL');
    await world.postgres.restart();
    await sleep(2_000);
    publisher.stop();
    await publishing;

    const alerts = await settled(world);
    const log = await readWholeLog(world.nc);
    expect(log.standing.size).toBe(publisher.acknowledged.size);
    expect(alerts.anomalies).toEqual([]);
    const standing = [...alerts.standing.values()].map(
      (alert) => `${alert.rule.id} ${alert.accountId} ${alert.eventTime} ${alert.eventId}`,
    );
    expect(standing.length).toBeGreaterThan(10);
    expect(standing.sort()).toEqual(expectedAlerts(log));
    await expectRows(world, publisher.acknowledged);
  }, 180_000);
});

async function expectRows(world: World, acknowledged: ReadonlyMap<string, GeneratedEvent>): Promise<void> {
  const { rows } = await world.db.query<{ id: string; type: string; amount: string | null }>(
    `select json_build_array(account_id, (extract(epoch from event_time) * 1000)::bigint, event_id)::text as id,
            event_type as type, amount from account_event`,
  );
  const found = new Map(rows.map((row) => [JSON.stringify(JSON.parse(row.id)), row]));
  expect(rows.length).toBe(acknowledged.size);
  for (const [identity, event] of acknowledged) {
    const row = found.get(identity);
    expect(row?.type).toBe(event.eventType);
    const amount = typeof row?.amount === 'string' ? Number(row.amount).toFixed(2) : undefined;
    expect(amount).toBe(event.amount === undefined ? undefined : Number(event.amount).toFixed(2));
  }
  const { rows: alertRows } = await world.db.query<{ n: number }>(
    `select count(*)::int as n from alert where status = 'raised'`,
  );
  expect(alertRows[0].n).toBe((await settled(world)).standing.size);
}
