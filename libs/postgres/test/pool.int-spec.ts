import { startTestPostgres, type TestPostgres } from '#testing';
import { createPool, inTransaction } from '#postgres';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

it('a connection that is cut as it is handed out ends nothing', async () => {
  const pool = createPool({ databaseUrl: postgres.url, applicationName: 'test', maxConnections: 1 });
  const cut = new Error('terminating connection due to administrator command');
  // The pool has stopped listening, and who asked for the connection has not got it yet.
  pool.once('acquire', (client) => expect(() => client.emit('error', cut)).not.toThrow());
  await inTransaction(pool, (client) => client.query('SELECT 1'));
  await pool.end();
});
