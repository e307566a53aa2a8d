/** Each alert is stored once, however often the detector dies and however long it stays away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { jest } from '@jest/globals';
import { type AlertMessage, alertMessageId, STREAMS } from '#contracts';
import { freePort } from '#embedded';
import { connectNats, DEFAULT_STREAM_SETTINGS, type NatsConnection, provisionStreams } from '#jetstream';
import { ServiceProcess, startTestNats, type TestNats } from '#testing';
import { DetectorUnderTest, metricOf } from './detector-under-test.js';
import { eventually, fraud, LogWriter, SHARDS, storedAlerts } from './log-writer.js';

/** Each test starts processes, on a machine that may be busy with other tests. */
jest.setTimeout(120_000);

function expectOnceEach(alerts: readonly AlertMessage[], accounts: number): void {
  const ids = alerts.map(alertMessageId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(alerts.map(({ accountId }) => accountId)).size).toBe(accounts);
  expect(alerts.length).toBe(accounts);
}

describe('alerts over the death of detectors', () => {
  let server: TestNats;
  let connection: NatsConnection;
  let writer: LogWriter;
  let logDir: string;
  let process: ServiceProcess;

  beforeEach(async () => {
    logDir = mkdtempSync(join(tmpdir(), 'vigil-detector-'));
    server = await startTestNats();
    connection = await connectNats({ url: server.url, name: 'test' });
    await provisionStreams(connection, { ...DEFAULT_STREAM_SETTINGS, shardCount: SHARDS });
    writer = new LogWriter(connection);
    const env = { NATS_URL: server.url, VIGIL_SHARDS: String(SHARDS), VIGIL_LOG_FORMAT: 'json' };
    process = new ServiceProcess({ name: 'detector', port: await freePort(), env, logDir });
  });

  afterEach(async () => {
    await process?.stop();
    await writer?.close();
    await connection?.close();
    await server?.stop();
    rmSync(logDir, { recursive: true, force: true });
  });

  /** The server's memory of message ids is let go, as after a long time. */
  async function forgetMessageIds(): Promise<void> {
    const manager = await jetstreamManager(connection);
    const windowOf = (ms: number) => ({ duplicate_window: ms * 1_000_000 });
    await manager.streams.update(STREAMS.alerts, windowOf(100));
    await sleep(500);
    await manager.streams.update(STREAMS.alerts, windowOf(120_000));
  }

  async function subjectsStored(): Promise<number> {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(STREAMS.alerts, { subjects_filter: 'alerts.>' });
    return Object.keys(state.subjects ?? {}).length;
  }

  /** All alerts, once there is one for each account and what would be stored once too often had its chance. */
  async function waitForAlerts(accounts: number): Promise<AlertMessage[]> {
    await eventually(subjectsStored, (count) => count >= accounts, 60_000);
    await sleep(300);
    return storedAlerts(connection);
  }

  it('stores each once when it is killed while alerts flow', async () => {
    let accounts = 0;
    let writing = true;
    const write = async () => {
      while (writing) {
        const events = [1, 2, 3].flatMap(() => fraud(`account-${accounts++}`, Date.now() - 60_000));
        await writer.frame(events);
        await sleep(10);
      }
    };
    process.start();
    await process.ready();
    const written = write();
    for (const lifeMs of [400, 150, 650]) {
      await sleep(lifeMs);
      await process.restart('SIGKILL');
    }
    await sleep(300);
    writing = false;
    await written;
    expectOnceEach(await waitForAlerts(accounts), accounts);
    expect(accounts).toBeGreaterThan(100);
  });

  it('stores none again after a downtime beyond the server’s memory, and all that are new', async () => {
    process.start();
    await process.ready();
    for (let i = 0; i < 50; i++) await writer.frame(fraud(`early-${i}`, Date.now() - 60_000));
    await waitForAlerts(50);
    await process.end('SIGKILL');
    for (let i = 0; i < 50; i++) await writer.frame(fraud(`while-away-${i}`, Date.now() - 60_000));
    await forgetMessageIds();
    process.start();
    await process.ready();
    expectOnceEach(await waitForAlerts(100), 100);
    expect(metricOf(await process.metrics(), 'vigil_detector_suppressed_total{output="alerts"}')).toBe(50);
  });

  it('stops with exit code 0 and leaves nothing undone', async () => {
    process.start();
    await process.ready();
    for (let i = 0; i < 200; i++) await writer.frame(fraud(`account-${i}`, Date.now() - 60_000));
    expect(await process.end('SIGTERM')).toBe(0);
    const before = await storedAlerts(connection);
    await forgetMessageIds();
    process.start();
    await process.ready();
    const after = await waitForAlerts(200);
    expectOnceEach(after, 200);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('leaves a former detector without effect', async () => {
    const former = await DetectorUnderTest.ready(server.url);
    const latter = await DetectorUnderTest.ready(server.url);
    try {
      const accounts = Array.from({ length: 40 }, (_, i) => `account-${i}`);
      await writer.frame(accounts.flatMap((account) => fraud(account, Date.now() - 60_000)));
      expectOnceEach(await waitForAlerts(40), 40);
      const { code, text } = await eventually(
        () => former.readiness(),
        (answer) => answer.code === 503,
      );
      expect([code, text]).toEqual([503, expect.stringContaining('run by another process')]);
      expect((await latter.readiness()).code).toBe(200);
    } finally {
      await former.stop();
      await latter.stop();
    }
  });
});
