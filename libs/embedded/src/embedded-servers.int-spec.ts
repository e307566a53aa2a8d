import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';
import { startEmbeddedNats } from './nats-server.js';
import { removePostgresData } from './postgres-place.js';
import { startEmbeddedPostgres } from './postgres-server.js';
import { isAlive } from './process-table.js';

const asRoot = process.getuid?.() === 0;

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

function natsInfo(port: number): Promise<{ jetstream?: boolean; host: string; max_payload: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(JSON.parse(data.toString().slice('INFO '.length)));
    });
  });
}

describe('embedded servers', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'vigil-test-embedded '));
    chmodSync(home, 0o755);
  });

  afterEach(() => rmSync(home, { recursive: true, force: true }));

  describe('nats-server', () => {
    it('has JetStream, syncs every write, listens on loopback, in a path with spaces and quotes', async () => {
      const storeDir = path.join(home, 'a "quoted" \\ place');
      const nats = await startEmbeddedNats({ storeDir });
      expect(await natsInfo(nats.port)).toMatchObject({
        jetstream: true,
        host: '127.0.0.1',
        max_payload: 8388608,
      });
      expect(readFileSync(path.join(storeDir, 'nats-server.conf'), 'utf8')).toMatch(
        /sync_interval: "always"/,
      );
      await nats.stop();
      expect(isAlive(nats.pid)).toBe(false);
      await nats.stop();
    });

    it('refuses a directory whose owner is alive, and a port that is taken, saying which', async () => {
      const nats = await startEmbeddedNats({ storeDir: home });
      await expect(startEmbeddedNats({ storeDir: home })).rejects.toThrow(
        new RegExp(`in use.*pid ${nats.pid}.*process ${process.pid}`),
      );
      const other = path.join(home, 'other');
      await expect(startEmbeddedNats({ storeDir: other, port: nats.port })).rejects.toThrow(
        new RegExp(`did not start on port ${nats.port}[^]*address already in use`),
      );
      await nats.stop();
    });

    it('says how it ended, and starts again on what it stored', async () => {
      const nats = await startEmbeddedNats({ storeDir: home });
      nats.kill('SIGKILL');
      expect(await nats.exited).toEqual({ code: null, signal: 'SIGKILL' });
      const again = await startEmbeddedNats({ storeDir: home, port: nats.port });
      expect(again.port).toBe(nats.port);
      await again.stop();
    });

    it('ends with its log when the configuration is wrong', async () => {
      const started = startEmbeddedNats({ storeDir: home, extraConfig: 'nonsense: true' });
      await expect(started).rejects.toThrow(/did not start.*ended with code 1[^]*nonsense/);
    });
  });

  describe('PostgreSQL', () => {
    it('orders by bytes, asks for the password, keeps data over stop and kill, in a path with spaces', async () => {
      const dataDir = path.join(home, 'my data');
      const server = await startEmbeddedPostgres({
        dataDir,
        database: 'some-db',
        extraSettings: { work_mem: '9MB' },
      });
      const [[collation, database, setting]] = await query(
        server.url,
        "SELECT datcollate, datname, current_setting('work_mem') FROM pg_database WHERE datname = current_database()",
      );
      expect([collation, database, setting]).toEqual(['C', 'some-db', '9MB']);
      const wrong = new URL(server.url);
      wrong.password = 'guess';
      await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
      expect(statSync(path.join(dataDir, 'password')).mode & 0o077).toBe(0);
      await query(server.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
      await server.stop();
      expect(isAlive(server.pid)).toBe(false);

      const second = await startEmbeddedPostgres({ dataDir, database: 'some-db', port: server.port });
      expect(second.url).toBe(server.url);
      second.kill('SIGKILL');
      await second.exited;
      const third = await startEmbeddedPostgres({ dataDir, database: 'some-db' });
      expect(await query(third.url, 'SELECT n FROM kept')).toEqual([[7]]);
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/in use/);
      await third.stop();
    });

    it('steps around a taken port when it may choose, and names it when it may not', async () => {
      const first = await startEmbeddedPostgres({ dataDir: path.join(home, 'one') });
      const taken = startEmbeddedPostgres({ dataDir: path.join(home, 'two'), port: first.port });
      await expect(taken).rejects.toThrow(new RegExp(`port ${first.port}[^]*Address already in use`));
      const free = await startEmbeddedPostgres({
        dataDir: path.join(home, 'two'),
        port: await freePort(first.port),
      });
      expect(free.port).not.toBe(first.port);
      await Promise.all([first.stop(), free.stop()]);
    });

    it('works below a directory that only its owner may enter, and is removed from wherever it lies', async () => {
      const closed = path.join(home, 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const dataDir = path.join(closed, 'data');
      const said: string[] = [];
      const server = await startEmbeddedPostgres({ dataDir, onMessage: (line) => said.push(line) });
      await query(server.url, 'CREATE TABLE kept (n int)');
      await server.stop();
      expect(lstatSync(dataDir).isSymbolicLink()).toBe(asRoot);
      if (asRoot)
        expect(said.join('\n')).toMatch(/cannot reach .*closed.data: its data lies in \/var\/lib\/vigil/);
      const again = await startEmbeddedPostgres({ dataDir });
      expect(await query(again.url, 'SELECT n FROM kept')).toEqual([]);
      await again.stop();
      removePostgresData(dataDir);
      expect(existsSync(dataDir)).toBe(false);
      if (asRoot) {
        const elsewhere = /its data lies in (\S+),/.exec(said.join('\n'))![1];
        expect(existsSync(elsewhere)).toBe(false);
      }
    });
  });
});
