import { startTestNats, startTestPostgres, type TestNats, type TestPostgres } from '#testing';
import { event, eventually, startRecorder, TestLog, type TestRecorder } from './recording.js';

let nats: TestNats;
let postgres: TestPostgres;
let log: TestLog;
let recorder: TestRecorder;
/** Ids of events whose frame the log has acknowledged. */
const acknowledged: string[] = [];
let made = 0;

beforeAll(async () => {
  nats = await startTestNats();
  postgres = await startTestPostgres();
  log = await TestLog.open(nats);
  recorder = await startRecorder(nats.url, postgres.url, {
    VIGIL_RECORDER_BATCH_ROWS: '200',
    VIGIL_RECORDER_QUERY_TIMEOUT: '1s',
  });
});
afterAll(async () => {
  await recorder.stop();
  await log.close();
  await nats.stop();
  await postgres.stop();
});

/** Frames of 50 new events each. */
async function publish(frames: number): Promise<void> {
  for (let i = 0; i < frames; i++) {
    const events = Array.from({ length: 50 }, () => {
      made += 1;
      return event({ accountId: `a${made % 31}`, eventId: `e${made}` });
    });
    await log.frame(events);
    acknowledged.push(...events.map((one) => one.eventId));
  }
}

/** Every acknowledged event is there; and every row is there once, with a place of its own. */
async function expectAllRecorded(): Promise<void> {
  const found = async () => {
    const { rows } = await recorder.pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM account_event WHERE event_id = ANY ($1)',
      [acknowledged],
    );
    return rows[0].n;
  };
  await eventually(found, (n) => n === acknowledged.length, 40_000);
  const { rows } = await recorder.pool.query(
    `SELECT count(*) = count(DISTINCT event_id) AS ids, count(*) = count(DISTINCT log_seq) AS places
     FROM account_event`,
  );
  expect(rows[0]).toEqual({ ids: true, places: true });
}

it('PostgreSQL killed and started again in the middle: readiness says so, and no row is lost or doubled', async () => {
  await publish(20);
  const traffic = publish(60);
  postgres.kill('SIGKILL');
  await traffic;
  const report = await eventually(recorder.ready, (answer) => answer.status === 'not-ready');
  expect(report.checks.postgres.ok).toBe(false);
  await publish(20);
  await postgres.restart();
  await expectAllRecorded();
  await eventually(recorder.ready, (answer) => answer.status === 'ready');
}, 90_000);

it('PostgreSQL that goes silent in the middle of its work: the same', async () => {
  const traffic = publish(40);
  const { rows } = await recorder.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'vigil-recorder'`,
  );
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
  await traffic;
  await publish(20);
  // Longer than a statement may take: the recorder turns to other connections, which may find rows locked.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  for (const { pid } of rows) process.kill(pid, 'SIGCONT');
  await expectAllRecorded();
}, 90_000);

it('connections cut by an administrator: the same', async () => {
  const traffic = publish(40);
  for (let i = 0; i < 5; i++) {
    await recorder.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'vigil-recorder%'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await traffic;
  await expectAllRecorded();
}, 90_000);

it('NATS killed and started again in the middle: the same', async () => {
  await publish(20);
  nats.kill('SIGKILL');
  await nats.restart();
  await eventually(
    async () => {
      await publish(1);
      return true;
    },
    (done) => done,
  );
  await publish(20);
  await expectAllRecorded();
}, 90_000);
