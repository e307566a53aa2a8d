import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { encodeDeadLetter, STREAMS } from '#contracts';
import { freePort } from '#embedded';
import { ServiceProcess, startTestNats, type TestNats } from '#testing';
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

/** Makes the streams and leaves nobody who reads them. */
async function provisioned(): Promise<void> {
  await (await IngestUnderTest.start(nats)).stop();
}

async function covered(sequence: number): Promise<void> {
  await until(async () => {
    const mark = await log.intakeMark();
    return mark?.sequence === sequence && mark.complete;
  }, 60_000);
}

describe('the intake', () => {
  it('takes every format, says where each event came from, and is emptied', async () => {
    const ingest = await IngestUnderTest.start(nats);
    await log.intake(csvLine('a'));
    await log.intake(
      JSON.stringify({ eventId: 'b', accountId: 1, eventType: 'login', eventTime: 1_600_000_000 }),
    );
    await log.intake(
      `[${['c', 'd'].map((eventId) => JSON.stringify({ eventId, accountId: 1, eventType: 'click', eventTime: 1_600_000_000 })).join()}]`,
    );
    const zipped = headers();
    zipped.set('Content-Type', 'text/csv');
    zipped.set('Content-Encoding', 'gzip');
    await jetstream(log.connection).publish('intake.zipped', gzipSync(csvLine('e')), { headers: zipped });
    await covered(4);
    expect(await log.eventIds()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await until(async () => (await log.messagesIn(STREAMS.intake)) === 0);
    await ingest.stop();
  });

  it('refuses what is no event, with the bytes and the place, and goes on', async () => {
    const ingest = await IngestUnderTest.start(nats);
    await log.intake(`hello,world\n${csvLine('a')}\none,two`, 'intake.web.eu');
    await log.intake(Uint8Array.of(0xff, 0xfe, 0x00));
    await log.intake(csvLine('b'));
    await covered(3);
    await ingest.stop();
    expect(await log.eventIds()).toEqual(['a', 'b']);
    const letters = await log.deadLetters();
    expect(
      letters.map(({ id, source }) => [id, source.kind, source.name, source.sequence, source.index]),
    ).toEqual([
      ['intake:1:0', 'nats', 'intake.web.eu', 1, 0],
      ['intake:1:2', 'nats', 'intake.web.eu', 1, 2],
      ['intake:2:0', 'nats', 'intake.test', 2, 0],
    ]);
    expect([...letters[2].payload]).toEqual([0xff, 0xfe, 0x00]);
  });

  it('resumes within a message, and writes no dead letter twice however long it was down', async () => {
    await provisioned();
    const manager = await jetstreamManager(log.connection);
    const { config } = await manager.streams.info(STREAMS.deadLetters);
    await manager.streams.update(STREAMS.deadLetters, { ...config, duplicate_window: 100_000_000 });
    await log.intake(`hello,world\n${csvLine('a')}\none,two`);
    // As left by a process that died between the dead letter and the frame, longer ago than the server remembers ids.
    const letter = {
      id: 'intake:1:0',
      reason: 'invalid-csv',
      field: null,
      value: null,
      message: 'left by a process that died',
      source: { kind: 'nats', name: 'intake.test', sequence: 1, index: 0 },
      receivedAt: 1,
      payload: Buffer.from('hello,world'),
    } as const;
    await jetstream(log.connection).publish('dead-letters.invalid-csv', encodeDeadLetter(letter), {
      msgID: letter.id,
    });
    await new Promise((resolve) => setTimeout(resolve, 500));

    const ingest = await IngestUnderTest.start(nats);
    await covered(1);
    await ingest.stop();
    expect((await log.deadLetters()).map(({ id, message }) => [id, message])).toEqual([
      ['intake:1:0', 'left by a process that died'],
      ['intake:1:2', expect.any(String)],
    ]);
    expect(await log.eventIds()).toEqual(['a']);
  });

  it('reads a stream that was made anew from its beginning', async () => {
    const first = await IngestUnderTest.start(nats);
    for (const id of ['a', 'b', 'c']) await log.intake(csvLine(id));
    await covered(3);
    await first.stop();
    const manager = await jetstreamManager(log.connection);
    const { config } = await manager.streams.info(STREAMS.intake);
    await manager.streams.delete(STREAMS.intake);
    await manager.streams.add(config);
    const second = await IngestUnderTest.start(nats);
    await log.intake(csvLine('d'));
    await until(async () => (await log.eventIds()).length === 4);
    await second.stop();
    expect(await log.eventIds()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('holds everything while the log has no room, and forwards it when there is', async () => {
    const ingest = await IngestUnderTest.start(nats);
    await log.intake(csvLine('a'));
    await covered(1);
    await log.limit(STREAMS.events, 1_000);
    for (let i = 0; i < 20; i++) await log.intake(csvLine(`e${i}`));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await log.messagesIn(STREAMS.intake)).toBeGreaterThan(0);
    await log.limit(STREAMS.events, 100_000_000);
    await covered(21);
    await ingest.stop();
    expect(await log.eventIds()).toEqual(['a', ...Array.from({ length: 20 }, (_, i) => `e${i}`)]);
  });
});

describe('several processes at one intake', () => {
  const processes: ServiceProcess[] = [];
  let logDir: string;

  beforeEach(() => (logDir = mkdtempSync(join(tmpdir(), 'ingest-intake-'))));

  afterEach(async () => {
    for (const process of processes.splice(0)) await process.stop();
    rmSync(logDir, { recursive: true });
  });

  async function startProcess(): Promise<ServiceProcess> {
    const env = { NATS_URL: nats.url, VIGIL_INTAKE_TAKEOVER: '500ms', VIGIL_RULES_WAIT: '0ms' };
    const process = new ServiceProcess({ name: 'ingest', port: await freePort(), env, logDir });
    processes.push(process);
    process.start();
    await process.ready();
    return process;
  }

  async function forwards({ url }: ServiceProcess): Promise<boolean> {
    return /vigil_ingest_intake_forwarding\{[^}]*\} 1/.test(await (await fetch(`${url}/metrics`)).text());
  }

  it('stores each event once and in order through kill -9, within messages too', async () => {
    const MESSAGES = 40;
    await provisioned();
    const expected: string[] = [];
    const refused: string[] = [];
    for (let message = 1; message <= MESSAGES; message++) {
      const lines: string[] = [];
      for (let i = 0; i < 6_000; i++) {
        const id = `m${message}-${i}`;
        // One account, so that the order of all can be seen.
        lines.push(i % 1_000 === 999 ? `refused-${id}` : csvLine(id));
        if (i % 1_000 !== 999) expected.push(id);
        else refused.push(`intake:${message}:${i}`);
      }
      await log.intake(lines.join('\n'));
    }
    const ingest = await startProcess();
    for (let round = 0; round < 4; round++) {
      const before = await log.messagesIn(STREAMS.events);
      await until(async () => (await log.messagesIn(STREAMS.events)) > before + 3);
      await ingest.restart('SIGKILL');
    }
    await covered(MESSAGES);
    // As text: to compare hundreds of thousands one by one takes longer than all the rest.
    expect((await log.eventIds()).join('\n') === expected.join('\n')).toBe(true);
    expect((await log.deadLetters()).map(({ id }) => id).sort()).toEqual(refused.sort());
    const halfCovered = (await log.frames()).filter(
      ({ upstream }) => upstream !== null && !upstream.complete,
    );
    expect(halfCovered.length).toBeGreaterThan(10);
  }, 120_000);

  it('lets one of two forward, the later one, and the other take over when it dies', async () => {
    const first = await startProcess();
    await until(() => forwards(first));
    const second = await startProcess();
    await until(() => forwards(second));
    const ids = Array.from({ length: 200 }, (_, i) => `e${i}`);
    for (const id of ids.slice(0, 100)) await log.intake(csvLine(id));
    await until(async () => !(await forwards(first)));
    await covered(100);
    expect(await forwards(second)).toBe(true);

    await second.end('SIGKILL');
    for (const id of ids.slice(100)) await log.intake(csvLine(id));
    await covered(200);
    expect(await forwards(first)).toBe(true);
    expect(await log.eventIds()).toEqual(ids);
  }, 60_000);

  it('refuses what a process that stood still sends after it was replaced', async () => {
    const first = await startProcess();
    const second = await startProcess();
    await until(() => forwards(second));
    for (let i = 0; i < 50; i++) await log.intake(csvLine(`e${i}`));
    process.kill(second.pid, 'SIGSTOP');
    for (let i = 50; i < 100; i++) await log.intake(csvLine(`e${i}`));
    await until(() => forwards(first));
    process.kill(second.pid, 'SIGCONT');
    for (let i = 100; i < 150; i++) await log.intake(csvLine(`e${i}`));
    await covered(150);
    await until(async () => !(await forwards(second)));
    expect(await log.eventIds()).toEqual(Array.from({ length: 150 }, (_, i) => `e${i}`));
  }, 60_000);
});
