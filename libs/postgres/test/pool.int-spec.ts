import { startTestPostgres, type TestPostgres } from '#testing';
import { createPool } from '#postgres';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

it('a connection that is handed out is listened to, so that being cut ends nothing', async () => {
  const pool = createPool({ databaseUrl: postgres.url, applicationName: 'test', maxConnections: 1 });
  const client = await pool.connect();
  // Without a listener, this would be thrown.
  client.emit('error', new Error('terminating connection due to administrator command'));
  client.release();
  await pool.end();
});
