import { startTestPostgres, type TestPostgres } from '#testing';
import { createPool, inTransaction } from '#postgres';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

it('a connection whose transaction failed may report an error while it is closed, and ends nothing', async () => {
  const pool = createPool({ databaseUrl: postgres.url, applicationName: 'test', maxConnections: 1 });
  const failing = inTransaction(pool, async (client) => {
    await client.query('SELECT 1');
    // Emitted once the transaction is over and the connection is being closed.
    setImmediate(() =>
      client.emit('error', new Error('terminating connection due to administrator command')),
    );
    throw new Error('the work failed');
  });
  await expect(failing).rejects.toThrow('the work failed');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await pool.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
  await pool.end();
});
