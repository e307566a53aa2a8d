import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogMismatchError } from '#jetstream';
import { ServiceProcess, startTestNats, type TestNats } from '#testing';
import { freePort } from '#embedded';
import { IngestUnderTest, LogView, until } from './ingest-under-test.js';
import { csvLine } from './intake-in-memory.js';

let nats: TestNats;
let log: LogView;

beforeEach(async () => {
  nats = await startTestNats();
  log = await LogView.open(nats);
});

afterEach(async () => {
  await IngestUnderTest.stopAll();
  await log.close();
  await nats.stop();
});

function counts(ids: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const id of ids) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}

/** Sends numbered events until told to stop, several at a time; remembers how each was answered. */
class Senders {
  readonly answered = new Map<string, number>();
  readonly retryAfter: (string | null)[] = [];
  private next = 0;
  private stopped = false;
  private readonly running: Promise<void>[];

  constructor(
    private readonly ingest: { url: string },
    count: number,
  ) {
    this.running = Array.from({ length: count }, () => this.send());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  private async send(): Promise<void> {
    while (!this.stopped) {
      const id = `e${this.next++}`;
      const response = await fetch(`${this.ingest.url}/v1/events`, {
        method: 'POST',
        body: csvLine(id, `account-${id}`),
        headers: { 'content-type': 'text/csv' },
      });
      this.answered.set(id, response.status);
      if (response.status !== 202) {
        this.retryAfter.push(response.headers.get('retry-after'));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await response.text();
    }
  }

  idsAnswered(status: number): string[] {
    return [...this.answered].filter(([, answer]) => answer === status).map(([id]) => id);
  }
}

describe('while the log goes and comes', () => {
  it('has stored whatever it answered with 202, once, through kill -9 of the server', async () => {
    const ingest = await IngestUnderTest.start(nats, { VIGIL_RESEND_WITHIN: '300ms' });
    const senders = new Senders(ingest, 8);
    for (let round = 0; round < 3; round++) {
      const before = senders.idsAnswered(202).length;
      await until(() => senders.idsAnswered(202).length > before + 50);
      nats.kill('SIGKILL');
      const refused = senders.idsAnswered(503).length;
      await until(() => senders.idsAnswered(503).length > refused);
      await nats.restart();
    }
    const before = senders.idsAnswered(202).length;
    await until(() => senders.idsAnswered(202).length > before);
    await senders.stop();
    await ingest.stop();

    const stored = counts(await log.eventIds());
    expect(senders.idsAnswered(202).filter((id) => !stored.has(id))).toEqual([]);
    expect([...stored].filter(([, times]) => times !== 1)).toEqual([]);
    expect([...new Set(senders.answered.values())].sort()).toEqual([202, 503]);
    expect(senders.retryAfter.every((seconds) => Number(seconds) > 0)).toBe(true);
  });

  it('stores once what was in flight while the server stood still', async () => {
    const ingest = await IngestUnderTest.start(nats, { VIGIL_PUBLISH_TIMEOUT: '200ms' });
    nats.kill('SIGSTOP');
    const posts = ['a', 'b', 'c'].map((id) => ingest.post(csvLine(id)));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    nats.kill('SIGCONT');
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual([202, 202, 202]);
    await ingest.stop();
    expect((await log.eventIds()).sort()).toEqual(['a', 'b', 'c']);
  });

  it('gives up with 503 what it may not send again, and drops it should it land later', async () => {
    const ingest = await IngestUnderTest.start(nats, {
      VIGIL_PUBLISH_TIMEOUT: '200ms',
      VIGIL_RESEND_WITHIN: '500ms',
    });
    nats.kill('SIGSTOP');
    const response = await ingest.post(csvLine('given-up'));
    expect([response.status, ((await response.json()) as any).code]).toEqual([503, 'outcome-unknown']);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    nats.kill('SIGCONT');
    await until(async () => (await ingest.post(csvLine('after'))).status === 202);
    await ingest.stop();
    expect((await log.eventIds()).filter((id) => id === 'given-up').length).toBeLessThanOrEqual(1);
  });

  it('answers 503 and is alive while it waits for a server, and begins when that comes', async () => {
    nats.kill('SIGKILL');
    await nats.exited;
    const ingest = await IngestUnderTest.open(nats);
    const response = await ingest.post(csvLine('a'));
    expect([response.status, ((await response.json()) as any).code]).toEqual([503, 'not-running']);
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect((await fetch(`${ingest.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${ingest.url}/health/ready`)).status).toBe(503);
    await nats.restart();
    await ingest.service.started;
    expect((await ingest.post(csvLine('b'))).status).toBe(202);
    expect((await fetch(`${ingest.url}/health/ready`)).status).toBe(200);
    await ingest.stop();
  });

  it('can be stopped while it waits for a server', async () => {
    nats.kill('SIGKILL');
    await nats.exited;
    const ingest = await IngestUnderTest.open(nats);
    await ingest.stop();
    await nats.restart();
  });

  it('is not ready while the server stands still, though the server calls itself healthy', async () => {
    const ingest = await IngestUnderTest.start(nats);
    nats.kill('SIGSTOP');
    expect((await fetch(`${ingest.url}/health/ready`)).status).toBe(503);
    nats.kill('SIGCONT');
    await until(async () => (await fetch(`${ingest.url}/health/ready`)).status === 200);
    await ingest.stop();
  });
});

describe('start and stop', () => {
  it('refuses a log with another number of shards', async () => {
    await (await IngestUnderTest.start(nats)).stop();
    const other = await IngestUnderTest.open(nats, { VIGIL_SHARDS: '16' });
    await expect(other.service.started).rejects.toThrow(LogMismatchError);
    await other.stop();
  });

  it('as a process: answers what is in flight on SIGTERM, and ends with 0; with another number of shards, not with 0', async () => {
    const logDir = mkdtempSync(join(tmpdir(), 'ingest-process-'));
    const options = { name: 'ingest', logDir, env: { NATS_URL: nats.url, VIGIL_RULES_WAIT: '0ms' } } as const;
    const ingest = new ServiceProcess({ ...options, port: await freePort() });
    ingest.start();
    await ingest.ready();
    const senders = new Senders(ingest, 8);
    await until(() => senders.idsAnswered(202).length > 100);
    const stopping = ingest.stop();
    await senders.stop().catch(() => undefined);
    expect(await stopping).toBe(0);
    const stored = new Set(await log.eventIds());
    expect(senders.idsAnswered(202).filter((id) => !stored.has(id))).toEqual([]);

    const other = new ServiceProcess({
      ...options,
      port: await freePort(),
      env: { NATS_URL: nats.url, VIGIL_SHARDS: '16' },
    });
    other.start();
    await expect(other.ready()).rejects.toThrow(/exited with [1-9]/);
    await other.stop();
    rmSync(logDir, { recursive: true });
  });

  it('lets time pass on an idle log', async () => {
    const ingest = await IngestUnderTest.start(nats, { VIGIL_TICK_INTERVAL: '200ms' });
    await until(
      async () => (await log.frames()).filter(({ subject }) => subject === 'events.tick').length >= 3,
    );
    await ingest.stop();
    const ticks = (await log.frames()).filter(({ subject }) => subject === 'events.tick');
    expect(ticks.every(({ count }) => count === 0)).toBe(true);
  });
});
