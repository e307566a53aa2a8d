import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BoundedLog } from './bounded-log.js';

describe('BoundedLog', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'vigil-log-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('keeps at most two files of the limit each, the newest lines among them', () => {
    const file = path.join(directory, 'x.log');
    const log = new BoundedLog(file, 1_000);
    for (let i = 0; i < 500; i++) log.write(Buffer.from(`line ${i}\n`));
    log.close();
    expect(statSync(file).size).toBeLessThanOrEqual(1_000);
    expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(1_000);
    expect(readFileSync(file, 'utf8').endsWith('line 499\n')).toBe(true);
  });

  it('goes on where an earlier run ended', () => {
    const file = path.join(directory, 'x.log');
    for (const text of ['one\n', 'two\n']) {
      const log = new BoundedLog(file);
      log.write(Buffer.from(text));
      log.close();
    }
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  });

  it('tells once, and does not throw, when it cannot write', () => {
    const said: string[] = [];
    const log = new BoundedLog(path.join(directory, 'missing', 'x.log'), 1_000, (line) => said.push(line));
    log.write(Buffer.from('a'));
    log.write(Buffer.from('b'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('cannot be written: ENOENT');
  });
});
