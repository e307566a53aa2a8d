/** What is left of the servers when the process that started them is killed. Runs the built code: `nest build`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedNats } from './nats-server.js';
import { startEmbeddedPostgres } from './postgres-server.js';
import { isAlive } from './process-table.js';

interface Owner {
  readonly child: ChildProcess;
  readonly nats: number;
  readonly postgres: number;
}

const OWNER = path.resolve('dist/libs/embedded/test/owner.js');

async function startOwner(storeDir: string, dataDir: string): Promise<Owner> {
  const child = spawn(process.execPath, [OWNER, storeDir, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
    child.once('exit', (code) => reject(new Error(`the owner ended with code ${code}`)));
  });
  return { child, ...(JSON.parse(line) as { nats: number; postgres: number }) };
}

async function haveEnded(...pids: number[]): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) throw new Error(`still alive after 15 s: ${pids.filter(isAlive).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('servers whose owner is killed', () => {
  let home: string;
  let storeDir: string;
  let dataDir: string;

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'vigil-test-orphans-'));
    chmodSync(home, 0o755);
    storeDir = path.join(home, 'nats');
    dataDir = path.join(home, 'postgres');
  });

  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('end by themselves', async () => {
    const owner = await startOwner(storeDir, dataDir);
    owner.child.kill('SIGKILL');
    await haveEnded(owner.nats, owner.postgres);
  });

  it('are stopped by the next start when they could not end', async () => {
    const owner = await startOwner(storeDir, dataDir);
    // Halted, they do not take the signal of their guard.
    process.kill(owner.nats, 'SIGSTOP');
    process.kill(owner.postgres, 'SIGSTOP');
    owner.child.kill('SIGKILL');
    await new Promise((resolve) => owner.child.once('close', resolve));
    const said: string[] = [];
    const onMessage = (line: string): void => void said.push(line);
    const nats = await startEmbeddedNats({ storeDir, onMessage });
    const postgres = await startEmbeddedPostgres({ dataDir, onMessage });
    expect(said.filter((line) => line.includes('left running'))).toHaveLength(2);
    await haveEnded(owner.nats, owner.postgres);
    await Promise.all([nats.stop(), postgres.stop()]);
  });
});
