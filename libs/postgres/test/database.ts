/** A migrated database of one test's own, and events to put into it. */
import type { AccountEvent } from '#contracts';
import { NO_ATTRIBUTES } from '#contracts';
import { createPool, migrate, PartitionMaker } from '#postgres';
import { createTestDatabase, type TestPostgres } from '#testing';
import type pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly partitions: PartitionMaker;
  close(): Promise<void>;
}

/** The day on which tests take place, as far as partitions are concerned. */
export const TEST_NOW = Date.UTC(2026, 10, 21, 9, 30);

export async function migratedDatabase(server: TestPostgres): Promise<TestDatabase> {
  const url = await createTestDatabase(server);
  await migrate(url);
  const pool = createPool({ databaseUrl: url, applicationName: 'test' });
  const partitions = new PartitionMaker(pool, { dayWindow: 35 }, () => TEST_NOW);
  return { url, pool, partitions, close: () => pool.end() };
}

export function event(fields: Partial<AccountEvent>): AccountEvent {
  return {
    eventId: 'e1',
    accountId: 'a1',
    eventType: 'purchase',
    eventTime: Date.UTC(2026, 10, 20),
    country: null,
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
    ...fields,
  };
}
