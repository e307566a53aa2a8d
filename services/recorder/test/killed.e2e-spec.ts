/** The built recorder, killed again and again while it writes. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createPool } from '#postgres';
import { startTestNats, startTestPostgres, type TestNats, type TestPostgres } from '#testing';
import { countOf, event, eventually, TestLog } from './recording.js';

const MAIN = path.resolve('dist/services/recorder/src/main.js');

let nats: TestNats;
let postgres: TestPostgres;
beforeAll(async () => {
  nats = await startTestNats();
  postgres = await startTestPostgres();
});
afterAll(async () => {
  await nats.stop();
  await postgres.stop();
});

function start(): { child: ChildProcess; exited: Promise<number | null> } {
  const child = spawn(process.execPath, [MAIN], {
    stdio: 'ignore',
    env: {
      ...process.env,
      NATS_URL: nats.url,
      DATABASE_URL: postgres.url,
      VIGIL_HTTP_PORT: '0',
      VIGIL_RECORDER_BATCH_ROWS: '300',
    },
  });
  return { child, exited: new Promise((resolve) => child.once('exit', resolve)) };
}

it('has every event once, with the content of the last version, however often it is killed', async () => {
  const log = await TestLog.open(nats);
  const pool = createPool({ databaseUrl: postgres.url, applicationName: 'test' });
  let running = start();
  const time = Date.now() - 60_000;
  const last = new Map<string, string>();
  let sequence = 0;
  for (let round = 0; round < 6; round++) {
    for (let frame = 0; frame < 30; frame++) {
      const events = Array.from({ length: 40 }, (_, i) => {
        const id = `e${(round * 977 + frame * 37 + i * 11) % 4_000}`;
        const country = ['NL', 'DE', 'FR'][(round + frame + i) % 3];
        last.set(id, country);
        return event({ accountId: `a${id.length}${id.at(-1)}`, eventId: id, eventTime: time, country });
      });
      // One identity twice in a frame: the order within the frame is that of its account's events.
      sequence = await log.frame(events);
    }
    await eventually(
      () => countOf(pool, 'account_event').catch(() => 0),
      (n) => n > 0,
    );
    running.child.kill('SIGKILL');
    await running.exited;
    running = start();
  }
  await eventually(
    () => pool.query(`SELECT sequence FROM stream_position WHERE stream = 'EVENTS'`),
    ({ rows }) => Number(rows[0]?.sequence) === sequence,
    30_000,
  );
  const { rows } = await pool.query<{ id: string; country: string }>(
    'SELECT event_id AS id, country FROM account_event',
  );
  expect(rows).toHaveLength(last.size);
  expect(rows.filter((row) => last.get(row.id) !== row.country)).toEqual([]);
  running.child.kill('SIGTERM');
  expect(await running.exited).toBe(0);
  await pool.end();
  await log.close();
}, 120_000);
