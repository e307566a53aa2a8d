import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { gzipSync } from 'node:zlib';
import { STREAMS } from '#contracts';
import { startTestNats, type TestNats } from '#testing';
import { IngestUnderTest, LogView, until } from './ingest-under-test.js';
import { csvLine } from './intake-in-memory.js';

const MB = 1024 * 1024;
let nats: TestNats;
let log: LogView;
let ingest: IngestUnderTest;
let run = 0;

beforeAll(async () => {
  nats = await startTestNats();
  log = await LogView.open(nats);
  ingest = await IngestUnderTest.start(nats, { VIGIL_MAX_DEPTH: '4', VIGIL_MAX_ITEMS: '1000' });
});

afterAll(async () => {
  await ingest?.stop();
  await log?.close();
  await nats?.stop();
});

beforeEach(() => (run += 1));

function id(name: string): string {
  return `run${run}-${name}`;
}

function json(name: string, extra: object = {}): object {
  return {
    eventId: id(name),
    accountId: 7,
    eventType: 'login',
    country: 'NL',
    eventTime: 1_600_000_000,
    ...extra,
  };
}

async function storedOfThisRun(): Promise<string[]> {
  return (await log.eventIds()).filter((eventId) => eventId.startsWith(`run${run}-`));
}

describe('POST /v1/events', () => {
  it.each([
    ['a JSON object', 'application/json', () => JSON.stringify(json('a')), ['a']],
    [
      'a JSON array',
      'application/json; charset=utf-8',
      () => JSON.stringify([json('a'), json('b')]),
      ['a', 'b'],
    ],
    [
      'JSON lines',
      'application/x-ndjson',
      () => `${JSON.stringify(json('a'))}\n${JSON.stringify(json('b'))}\n`,
      ['a', 'b'],
    ],
    ['CSV lines', 'text/csv', () => `${csvLine(id('a'))}\r\n${csvLine(id('b'))}\r\n`, ['a', 'b']],
    [
      'CSV under a header line',
      'text/csv; charset="UTF-8"',
      () => `accountId,eventTime,eventType,eventId\n7,1600000000,login,${id('a')}`,
      ['a'],
    ],
  ])('stores %s before it answers 202', async (_, contentType, body, names) => {
    const response = await ingest.post(body(), contentType);
    expect([response.status, await response.json()]).toEqual([202, { accepted: names.length, rejected: [] }]);
    expect(await storedOfThisRun()).toEqual(names.map(id));
  });

  it('takes gzip', async () => {
    const lines = Array.from({ length: 900 }, (_, i) => csvLine(id(`e${i}`)));
    const body = gzipSync(lines.join('\n'));
    const response = await ingest.post(body, 'text/csv', { 'content-encoding': 'gzip' });
    expect([response.status, await response.json()]).toEqual([202, { accepted: 900, rejected: [] }]);
    expect(await storedOfThisRun()).toHaveLength(900);
  });

  it('takes gzip of several members, whose trailer tells the size of the last alone', async () => {
    const body = Buffer.concat([gzipSync(`${csvLine(id('a'))}\n`), gzipSync(csvLine(id('b')))]);
    const response = await ingest.post(body, 'text/csv', { 'content-encoding': 'gzip' });
    expect(await response.json()).toEqual({ accepted: 2, rejected: [] });
  });

  it('answers with what it refused, item by item, and stores the rest', async () => {
    const response = await ingest.post(`${csvLine(id('a'))}\nhello,world\n${csvLine(id('b'))}\none,two`);
    expect(response.status).toBe(202);
    const body = (await response.json()) as { accepted: number; rejected: Record<string, unknown>[] };
    expect(body.accepted).toBe(2);
    expect(body.rejected.map(({ index }) => index)).toEqual([1, 3]);
    expect(Object.keys(body.rejected[0]).sort()).toEqual(['code', 'field', 'index', 'message', 'value']);
    const letters = (await log.deadLetters()).slice(-2);
    expect(letters.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['hello,world', 'one,two']);
    expect(letters.map(({ source }) => [source.kind, source.index])).toEqual([
      ['http', 1],
      ['http', 3],
    ]);
    expect(letters[0].source.name).toContain('127.0.0.1');
    expect(new Set(letters.map(({ id: letterId }) => letterId)).size).toBe(2);
  });

  it('answers 422 in the same form when all were refused', async () => {
    const before = await log.messagesIn(STREAMS.deadLetters);
    const response = await ingest.post('{"eventId":', 'application/json');
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      accepted: 0,
      rejected: [{ index: 0, code: 'invalid-json' }],
    });
    expect(await log.messagesIn(STREAMS.deadLetters)).toBe(before + 1);
  });

  it('keeps what it can of an unparsable body that is larger than a message', async () => {
    // Each quote is two characters of a JSON string: more than the server's 8 MB, or its usual 1 MB.
    const response = await ingest.post('"'.repeat(6 * MB), 'application/json');
    expect(response.status).toBe(422);
    const letter = (await log.deadLetters()).at(-1)!;
    expect(letter.message).toMatch(/payload cut: the first \d+ of 6291456 bytes/);
    expect(letter.payload.length).toBeGreaterThan(MB / 4);
  });

  it.each([
    ['an empty body', '', 'text/csv', {}, 400, 'empty-body'],
    ['white space', ' \n ', 'application/json', {}, 400, 'empty-body'],
    ['no gzip', 'hello', 'text/csv', { 'content-encoding': 'gzip' }, 400, 'malformed-gzip'],
    [
      'cut off gzip',
      gzipSync('x'.repeat(1000)).subarray(0, 20),
      'text/csv',
      { 'content-encoding': 'gzip' },
      400,
      'malformed-gzip',
    ],
    [
      'another compression',
      'x',
      'text/csv',
      { 'content-encoding': 'br' },
      415,
      'unsupported-content-encoding',
    ],
    ['another type', 'x', 'application/xml', {}, 415, 'unsupported-content-type'],
    ['a type that is none', 'x', 'garbage', {}, 415, 'unsupported-content-type'],
    ['another character set', 'x', 'text/csv; charset=utf-16', {}, 415, 'unsupported-charset'],
    ['a body beyond the limit', 'x'.repeat(8 * MB + 1), 'text/csv', {}, 413, 'body-too-large'],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(20 * MB)),
      'text/csv',
      { 'content-encoding': 'gzip' },
      413,
      'body-too-large',
    ],
  ])('refuses %s', async (_, body, contentType, headers, status, code) => {
    const response = await ingest.post(body, contentType, headers as Record<string, string>);
    expect([response.status, await response.json()]).toEqual([status, { code, message: expect.any(String) }]);
    expect(await ingest.metric('vigil_ingest_inflight_bytes')).toBe(0);
  });

  it('refuses more items than the limit with 413, and depth beyond the limit item by item', async () => {
    const many = await ingest.post('hello,world\n'.repeat(1_001));
    expect([many.status, ((await many.json()) as any).rejected[0].code]).toEqual([413, 'too-many-items']);
    const deep = await ingest.post(
      JSON.stringify(json('a', { attributes: { a: [[[[1]]]] } })),
      'application/json',
    );
    expect(deep.status).toBe(422);
  });

  it('refuses a chunked body beyond the limit, whose length is not known beforehand', async () => {
    const chunk = 'x'.repeat(MB);
    const response = await new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'text/csv' };
      const sending = request(`${ingest.url}/v1/events`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      });
      sending.on('error', reject);
      for (let i = 0; i < 10; i++) sending.write(chunk);
      sending.end();
    });
    expect(response).toBe(413);
  });

  it.each([
    ['GET', '/v1/events', 405, 'method-not-allowed'],
    ['PUT', '/v1/events', 405, 'method-not-allowed'],
    ['POST', '/v1/event', 404, 'not-found'],
    ['GET', '/', 404, 'not-found'],
    ['DELETE', '/metrics', 405, 'method-not-allowed'],
  ])('answers %s %s with %i as JSON', async (method, path, status, code) => {
    const response = await fetch(`${ingest.url}${path}`, { method });
    expect([response.status, await response.json()]).toEqual([status, { code, message: expect.any(String) }]);
    if (status === 405) expect(response.headers.get('allow')).not.toBeNull();
  });

  it('tells who speaks no HTTP', async () => {
    const { hostname, port } = new URL(ingest.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connectTcp(Number(port), hostname, () => socket.write('hello\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => (text += data.toString())).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"code":"malformed-request"/);
  });

  it('keeps the order of an account within a request and from answered request to answered request', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `e${i}`);
    for (let i = 0; i < names.length; i += 20) {
      await ingest.post(
        names
          .slice(i, i + 20)
          .map((name) => csvLine(id(name)))
          .join('\n'),
      );
    }
    expect(await storedOfThisRun()).toEqual(names.map(id));
  });

  it('holds many requests at once in few frames', async () => {
    const before = (await log.frames()).length;
    const posts = Array.from({ length: 300 }, (_, i) => ingest.post(csvLine(id(`e${i}`), `account${i}`)));
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(new Set(await storedOfThisRun()).size).toBe(300);
    expect((await log.frames()).length - before).toBeLessThan(300);
  });
});

describe('a token', () => {
  it('is asked for once it is set, and nothing is read before', async () => {
    const guarded = await IngestUnderTest.start(nats, { VIGIL_TOKEN: 'correct-horse' });
    try {
      const bare = await guarded.post(csvLine(id('a')));
      expect([bare.status, ((await bare.json()) as any).code]).toEqual([401, 'unauthorized']);
      expect(bare.headers.get('www-authenticate')).toContain('Bearer');
      const wrong = await guarded.post(csvLine(id('b')), 'text/csv', {
        authorization: 'Bearer correct-horsf',
      });
      expect(wrong.status).toBe(401);
      const right = await guarded.post(csvLine(id('c')), 'text/csv', {
        authorization: 'Bearer correct-horse',
      });
      expect(right.status).toBe(202);
      expect(await storedOfThisRun()).toEqual([id('c')]);
      expect((await fetch(`${guarded.url}/health/live`)).status).toBe(200);
    } finally {
      await guarded.stop();
    }
  });
});

describe('bounds', () => {
  it('refuses a body for which there is no room before reading it, and takes it when there is', async () => {
    const small = await IngestUnderTest.start(nats, {
      VIGIL_HTTP_BODY_BYTES: '64KB',
      VIGIL_HTTP_INFLIGHT_BYTES: '128KB',
      VIGIL_HTTP_REQUEST_TIMEOUT: '1s',
    });
    try {
      const { hostname, port } = new URL(small.url);
      const slow = [0, 1].map(() => connectTcp(Number(port), hostname));
      const head =
        'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\ncontent-length: 60000\r\n\r\n';
      const closed = slow.map((socket) => {
        socket.write(`${head}hello`);
        return new Promise<string>((resolve) => {
          let text = '';
          socket.on('data', (data) => (text += data.toString())).on('close', () => resolve(text));
        });
      });
      await until(async () => (await small.metric('vigil_ingest_inflight_bytes')) === 120_000);
      const refused = await small.post('x'.repeat(20_000));
      expect([refused.status, ((await refused.json()) as any).code]).toEqual([
        429,
        'too-many-bytes-in-flight',
      ]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await small.post(csvLine(id('a')))).status).toBe(202);
      // The slow senders are cut off, and their room is free again.
      expect((await Promise.all(closed))[0]).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request-timeout"/);
      await until(async () => (await small.metric('vigil_ingest_inflight_bytes')) === 0);
    } finally {
      await small.stop();
    }
  });

  it('answers 429 when the log is full, and 202 when it has room again', async () => {
    await ingest.post(csvLine(id('before')));
    await log.limit(STREAMS.events, 1_000);
    const full = await ingest.post(csvLine(id('a')));
    expect([full.status, ((await full.json()) as any).code]).toEqual([429, 'log-full']);
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
    await until(async () => (await ingest.metric('vigil_ingest_log_full')) === 1);
    expect((await ingest.post(csvLine(id('b')))).status).toBe(429);
    expect((await fetch(`${ingest.url}/health/ready`)).status).toBe(503);
    await log.limit(STREAMS.events, 1_000 * MB);
    await until(async () => (await ingest.post(csvLine(id('c')))).status === 202);
    expect(await storedOfThisRun()).toEqual([id('before'), id('c')]);
  });
});
