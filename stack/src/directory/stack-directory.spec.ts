import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '#embedded';
import { choosePorts } from './choose-ports.js';
import { StackDirectory } from './stack-directory.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'vigil stack '))));
afterEach(() => rmSync(directory, { recursive: true }));

describe('StackDirectory', () => {
  it('is for one process at a time, and says which one has it', () => {
    const first = StackDirectory.open(directory);
    expect(() => StackDirectory.open(directory)).toThrow(`Vigil already runs here (process ${process.pid}`);
    first.close();
    StackDirectory.open(directory).close();
  });

  it('is taken over from a process that is gone, with its addresses removed', () => {
    // The pid of this process, but not its start: as if the pid had been given out anew.
    writeFileSync(
      path.join(directory, 'supervisor.json'),
      JSON.stringify({ pid: process.pid, started: 'long ago' }),
    );
    writeFileSync(path.join(directory, 'stack.json'), '{"ingest":"http://127.0.0.1:1"}');
    const taken = StackDirectory.open(directory);
    expect(existsSync(path.join(directory, 'stack.json'))).toBe(false);
    taken.close();
  });

  it('is taken over when the lock was cut short', () => {
    writeFileSync(path.join(directory, 'supervisor.json'), '{"pid":');
    StackDirectory.open(directory).close();
  });

  it('shows the addresses only while it is open', () => {
    const open = StackDirectory.open(directory);
    const file = path.join(directory, 'stack.json');
    open.writeAddresses({ ingest: 'http://127.0.0.1:7480' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ingest: 'http://127.0.0.1:7480' });
    open.close();
    expect(existsSync(file)).toBe(false);
  });

  it('says what to do when it cannot be made', () => {
    const file = path.join(directory, 'file');
    writeFileSync(file, '');
    expect(() => StackDirectory.open(path.join(file, 'below'))).toThrow('Set VIGIL_DATA_DIR to another');
  });
});

describe('choosePorts', () => {
  let holder: Server;
  afterEach(() => holder?.close());

  const hold = (port: number): Promise<void> =>
    new Promise((resolve) => {
      holder = createServer().listen(port, '127.0.0.1', () => resolve());
    });

  it('keeps the ports of the last run, and takes the wanted ones at first', async () => {
    const [wanted, last] = [await freePort(), await freePort()];
    expect(await choosePorts({ ingest: wanted }, {})).toEqual({ ingest: wanted });
    expect(await choosePorts({ ingest: wanted }, { ingest: last })).toEqual({ ingest: last });
  });

  it('steps around a port that is taken, and gives none out twice', async () => {
    const taken = await freePort();
    await hold(taken);
    const chosen = await choosePorts({ a: taken, b: taken }, {});
    expect(chosen.a).not.toBe(taken);
    expect(chosen.b).not.toBe(taken);
    expect(chosen.a).not.toBe(chosen.b);
  });
});
