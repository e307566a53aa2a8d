/**
 * How fast does the recorder catch up, and what does a row cost?
 *
 *   node dist/services/recorder/bench/catch-up.js [rows] [live | back-fill | mixed] [accounts]
 *
 * Fills a log of its own with frames, starts the built recorder as a process on it, with an embedded nats-server and
 * PostgreSQL, and prints rows/s and CPU a row of each process. `back-fill` spreads the events over 26 years in random
 * order; `mixed` alternates frames of both, and prints how long the live half alone would have taken too.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type AccountEvent, FRAME_SUBJECTS, FrameBuilder, NO_ATTRIBUTES, STREAMS } from '#contracts';
import { AckedPublisher, connectNats, DEFAULT_STREAM_SETTINGS, provisionStreams } from '#jetstream';
import { createPool, migrate } from '#postgres';
import { startTestNats, startTestPostgres } from '#testing';

const ROWS = Number(process.argv[2] ?? 500_000);
const MODE = process.argv[3] ?? 'live';
const ACCOUNTS = Number(process.argv[4] ?? 1_000_000);
const SHARDS = 64;
const TYPES = ['login', 'click', 'purchase', 'transfer', 'view', 'log-out', 'payment', 'search'];
const COUNTRIES = ['NL', 'DE', 'FR', 'RU', 'IN', 'US', 'GB', 'ZZ'];
const TICKS_PER_SECOND = 100;

let seed = 11;
function below(limit: number): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % limit;
}
const hex = (digits: number) =>
  below(2 ** 31)
    .toString(16)
    .padStart(8, '0')
    .slice(-digits);

function makeEvent(eventTime: number): AccountEvent {
  const kind = below(8);
  const paid = kind % 2 === 0;
  const ip = { name: 'ip', kind: 'string' as const, text: `10.0.${below(255)}.7` };
  const beneficiary = { name: 'beneficiaryId', kind: 'string' as const, text: String(below(100_000)) };
  return {
    eventId: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(8)}${hex(4)}`,
    accountId: String(1_000_000 + below(ACCOUNTS)),
    eventType: TYPES[kind],
    eventTime,
    country: kind === 3 ? null : COUNTRIES[below(8)],
    amount: paid ? below(50_000_000) : null,
    currency: paid ? 'EUR' : null,
    attributes: kind < 3 ? [beneficiary, ip] : NO_ATTRIBUTES,
  };
}

const START = Date.now() - 3_600_000;
const liveTime = (i: number) => START + Math.floor(i / 50) - below(2_000);
const oldTime = () => Date.UTC(2000, 0) + below(26 * 365) * 86_400_000 + below(86_400_000);

/** Frames of 400 events, as ingest makes them in heavy traffic. */
function* frames(): Generator<Uint8Array> {
  const builder = new FrameBuilder(SHARDS);
  const header = { source: 'bench', epoch: 1, receivedAt: START, upstream: null };
  for (let made = 0, sequence = 1; made < ROWS; sequence++) {
    const old = MODE === 'back-fill' || (MODE === 'mixed' && sequence % 2 === 0);
    for (let i = 0; i < 400 && made < ROWS; i++) {
      if (!builder.tryAdd(makeEvent(old ? oldTime() : liveTime(made)))) break;
      made += 1;
    }
    yield builder.finish({ ...header, sequence });
  }
}

/** CPU seconds of a process and, if asked, its children. */
function cpuSeconds(pid: number, withChildren: boolean): number {
  let seconds = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const counts = Number(entry) === pid || (withChildren && Number(fields[1]) === pid);
      if (counts) seconds += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return seconds;
}

async function fill(natsUrl: string): Promise<number> {
  const connection = await connectNats({ url: natsUrl, name: 'bench' });
  await provisionStreams(connection, { ...DEFAULT_STREAM_SETTINGS, shardCount: SHARDS });
  const publisher = new AckedPublisher(connection);
  let last = 0;
  for (const frame of frames()) {
    const outcome = await publisher.publish(FRAME_SUBJECTS.http, frame);
    if (outcome.kind !== 'stored') throw new Error(`${outcome.kind}: ${outcome.message}`);
    last = outcome.sequence;
  }
  await publisher.close();
  await connection.close();
  return last;
}

/** What the recorder's connections do at this moment. */
const WAITS = `
  SELECT CASE WHEN state = 'active' THEN coalesce(wait_event_type || ' ' || wait_event, 'running') ELSE state END AS wait
  FROM pg_stat_activity WHERE application_name = 'vigil-recorder' AND state <> 'idle'`;

async function main(): Promise<void> {
  const nats = await startTestNats();
  const postgres = await startTestPostgres();
  const pool = createPool({ databaseUrl: postgres.url, applicationName: 'bench', maxConnections: 1 });
  await migrate(postgres.url);
  const last = await fill(nats.url);
  await pool.query('CHECKPOINT');
  const recorder = spawn(process.execPath, [path.resolve('dist/services/recorder/src/main.js')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      NATS_URL: nats.url,
      DATABASE_URL: postgres.url,
      VIGIL_HTTP_PORT: '0',
      VIGIL_LOG_LEVEL: 'warn',
    },
  });
  const position = async () => {
    const { rows } = await pool.query('SELECT sequence FROM stream_position WHERE stream = $1', [
      STREAMS.events,
    ]);
    return Number(rows[0]?.sequence ?? 0);
  };
  while ((await position()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const first = await position();
  const measured = (ROWS * (last - first)) / last;
  const began = performance.now();
  const before = [
    cpuSeconds(recorder.pid!, false),
    cpuSeconds(postgres.pid, true),
    cpuSeconds(nats.pid, false),
  ];
  const waits = new Map<string, number>();
  while ((await position()) < last) {
    const { rows } = await pool.query<{ wait: string }>(WAITS);
    for (const { wait } of rows) waits.set(wait, (waits.get(wait) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - began) / 1000;
  const after = [
    cpuSeconds(recorder.pid!, false),
    cpuSeconds(postgres.pid, true),
    cpuSeconds(nats.pid, false),
  ];
  const micros = after.map((cpu, i) => (((cpu - before[i]) * 1e6) / measured).toFixed(1));
  const { rows } = await pool.query(
    'SELECT count(*)::int AS n FROM pg_inherits WHERE inhparent = $1::regclass',
    ['account_event'],
  );
  console.log(
    `${MODE}, ${ROWS} rows: ${Math.round(measured / seconds)} rows/s; CPU µs/row: recorder ${micros[0]}, ` +
      `PostgreSQL ${micros[1]}, nats-server ${micros[2]}; ${rows[0].n} partitions`,
  );
  const seen = [...waits].sort((a, b) => b[1] - a[1]).slice(0, 6);
  console.log(`  seen on its connections: ${seen.map(([wait, times]) => `${wait} ${times}`).join(', ')}`);
  recorder.kill('SIGTERM');
  await new Promise((resolve) => recorder.once('exit', resolve));
  await pool.end();
  await postgres.stop();
  await nats.stop();
}

await main();
