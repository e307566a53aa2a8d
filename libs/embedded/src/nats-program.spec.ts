import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findNatsServer, isNewEnough, refusalOf } from './nats-program.js';

describe('findNatsServer', () => {
  const { PATH } = process.env;
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'vigil-test-path-'));
  });

  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(directory, { recursive: true });
  });

  function install(version: string): string {
    const file = path.join(directory, 'nats-server');
    writeFileSync(file, `#!/bin/sh\necho "nats-server: v${version}"\n`);
    chmodSync(file, 0o755);
    process.env.PATH = `${directory}${path.delimiter}${PATH}`;
    return file;
  }

  it('takes the machine’s own when it is new enough', async () => {
    const file = install('2.12.1');
    expect(await findNatsServer()).toEqual({ path: file, version: '2.12.1', origin: 'path' });
  });

  it('passes over one that is too old', async () => {
    const file = install('2.9.10');
    const found = await findNatsServer().catch((error: Error) => error);
    if (found instanceof Error) expect(found.message).toContain(`${file} is version 2.9.10`);
    else expect(found.path).not.toBe(file);
  });
});

describe('isNewEnough', () => {
  it.each(['2.11.0', '2.11.6', '2.12.0-RC.1', '3.0.0'])('takes %s', (version) => {
    expect(isNewEnough(version)).toBe(true);
  });

  it.each(['2.9.10', '2.10.29', '1.99.0', 'devel'])('refuses %s', (version) => {
    expect(isNewEnough(version)).toBe(false);
  });
});

describe('refusalOf', () => {
  it('refuses a file that is not the pinned one, naming both digests', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'vigil-test-digest-'));
    const file = path.join(directory, 'nats-server');
    writeFileSync(file, 'something else');
    expect(refusalOf(file, 'abc')).toMatch(/SHA-256 is [0-9a-f]{64}, not the pinned abc/);
    const digest = /is ([0-9a-f]{64})/.exec(refusalOf(file, 'abc')!)![1];
    expect(refusalOf(file, digest)).toBeNull();
    rmSync(directory, { recursive: true });
  });
});
