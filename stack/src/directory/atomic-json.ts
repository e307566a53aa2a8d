import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file that is there whole or not at all, readable by its owner only. */
export function writeJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** `null` when the file is absent, or holds something else than JSON (cut short by a crash, say). */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return null;
  }
}
