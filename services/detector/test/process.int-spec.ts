/** The detector as a process: settings, signals, exit codes, and a server that is not there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { freePort } from '#embedded';
import { packageRoot, startTestNats } from '#testing';
import { eventually } from './log-writer.js';

/** Each test starts processes, on a machine that may be busy with other tests. */
jest.setTimeout(60_000);

const ENTRY = join(packageRoot(), 'dist', 'services', 'detector', 'src', 'main.js');

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

describe('the process of the detector', () => {
  const children: ChildProcess[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  });

  async function start(env: Record<string, string>): Promise<Started> {
    const port = await freePort();
    const clean = {
      ...process.env,
      NODE_OPTIONS: '',
      VIGIL_LOG_FORMAT: 'json',
      VIGIL_HTTP_PORT: String(port),
      ...env,
    };
    const child = spawn(process.execPath, [ENTRY], { env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    const exited = once(child, 'close').then(([code]) => code as number | null);
    return { child, url: `http://127.0.0.1:${port}`, output: () => text, exited };
  }

  const statusOf = (url: string) =>
    fetch(url).then(
      ({ status }) => status,
      () => 0,
    );

  it('names every setting that is wrong, and ends with a code of its own', async () => {
    const { exited, output } = await start({ VIGIL_ALLOWED_LATENESS: '10', VIGIL_SHARDS: 'many' });
    expect(await exited).toBe(78);
    expect(output()).toContain(
      'allowedLatenessMs (VIGIL_ALLOWED_LATENESS): "10" has no unit; accepted: a number with',
    );
    expect(output()).toContain('shards (VIGIL_SHARDS): "many" is not a whole number');
  });

  it('is alive, not ready and can be stopped while there is no server', async () => {
    const { child, url, exited, output } = await start({ NATS_URL: `nats://127.0.0.1:${await freePort()}` });
    await eventually(
      () => statusOf(`${url}/health/live`),
      (status) => status === 200,
    );
    expect(await statusOf(`${url}/health/ready`)).toBe(503);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(output()).toContain('cannot be reached');
  });

  it('ends at once when it is told twice', async () => {
    const { child, url, exited, output } = await start({ NATS_URL: `nats://127.0.0.1:${await freePort()}` });
    await eventually(
      () => statusOf(`${url}/health/live`),
      (status) => status === 200,
    );
    child.kill('SIGTERM');
    await eventually(
      async () => output(),
      (text) => text.includes('Stopping'),
    );
    child.kill('SIGINT');
    expect(await exited).toBe(1);
    expect(output()).toContain('Told to stop again');
  });

  it('stops in good order while the server is away', async () => {
    const server = await startTestNats();
    try {
      const { child, url, exited } = await start({ NATS_URL: server.url, VIGIL_SHARDS: '4' });
      await eventually(
        () => statusOf(`${url}/health/ready`),
        (status) => status === 200,
      );
      server.kill('SIGKILL');
      await server.exited;
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
    } finally {
      await server.stop();
    }
  });

  it('says that the log was made with another number of shards', async () => {
    const server = await startTestNats();
    try {
      const first = await start({ NATS_URL: server.url, VIGIL_SHARDS: '4' });
      await eventually(
        () => statusOf(`${first.url}/health/ready`),
        (status) => status === 200,
      );
      const second = await start({ NATS_URL: server.url, VIGIL_SHARDS: '5' });
      expect(await second.exited).toBe(1);
      expect(second.output()).toContain('was made with 4 shards, and this process is set to 5');
    } finally {
      await server.stop();
    }
  });

  it('names the file and the problem when the rules cannot be taken', async () => {
    const { exited, output } = await start({ VIGIL_RULES_FILE: '/nowhere/rules.json' });
    expect(await exited).toBe(1);
    expect(output()).toContain('/nowhere/rules.json (VIGIL_RULES_FILE) cannot be read');
  });
});
