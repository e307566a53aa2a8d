import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IngestClient } from './ingest-client.js';

type Answer = (response: ServerResponse) => void;

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('IngestClient', () => {
  let server: Server;
  let answers: Answer[];
  let seen: { body: string; authorization: string | undefined }[];
  let waits: string[];

  beforeEach(async () => {
    answers = [];
    seen = [];
    waits = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ body: Buffer.concat(chunks).toString(), authorization: request.headers.authorization });
        answers.shift()!(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function client(patienceMs = 10_000): IngestClient {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { signal } = new AbortController();
    return new IngestClient({
      url,
      token: 'sesame',
      patienceMs,
      signal,
      onWait: (reason) => waits.push(reason),
    });
  }

  const post = (subject: IngestClient) => subject.post(Buffer.from('{}\n'), 'application/x-ndjson');

  it('carries the token, and hands on what was refused', async () => {
    const rejected = [{ index: 0, code: 'x', field: null, value: null, message: 'no' }];
    answers = [answer(422, { accepted: 0, rejected })];
    expect(await post(client())).toEqual({ kind: 'taken', accepted: 0, rejected });
    expect(seen).toEqual([{ body: '{}\n', authorization: 'Bearer sesame' }]);
  });

  it('sends the same again after 429, 503 and a broken connection, and tells each reason once', async () => {
    answers = [
      answer(202, { accepted: 1, rejected: [] }),
      answer(503, { message: 'the log is away' }),
      answer(503, { message: 'the log is away' }),
      (response) => void response.socket?.destroy(),
      answer(202, { accepted: 1, rejected: [] }),
    ];
    const subject = client();
    await post(subject);
    expect(await post(subject)).toMatchObject({ kind: 'taken', accepted: 1 });
    expect(seen).toHaveLength(5);
    expect(waits).toHaveLength(2);
    expect(waits[0]).toContain('503 (the log is away)');
  });

  it('waits as long as it is told to', async () => {
    answers = [
      answer(429, { message: 'full' }, { 'retry-after': '1' }),
      answer(202, { accepted: 1, rejected: [] }),
    ];
    const begun = Date.now();
    await post(client());
    expect(Date.now() - begun).toBeGreaterThanOrEqual(990);
  });

  it('gives up in the end', async () => {
    answers = Array.from({ length: 20 }, () => answer(503, { message: 'away' }));
    await expect(post(client(300))).rejects.toMatchObject({ exitCode: 3 });
  });

  it('hands back a body that is too large, to be cut', async () => {
    answers = [answer(413, { message: 'at most 8 MB' })];
    expect(await post(client())).toEqual({ kind: 'too-large', message: 'at most 8 MB' });
  });

  it('explains a refused token, and an ingest that is not there', async () => {
    answers = [answer(401, { message: 'the bearer token is wrong' })];
    await expect(post(client())).rejects.toThrow('Name the token with --token or VIGIL_TOKEN');
    const nowhere = new IngestClient({
      url: 'http://127.0.0.1:1',
      token: null,
      patienceMs: 1_000,
      signal: new AbortController().signal,
      onWait: () => undefined,
    });
    await expect(post(nowhere)).rejects.toThrow(/cannot be reached.*npm start/);
  });
});
