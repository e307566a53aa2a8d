import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new directory for one test's server. Others may pass through it: PostgreSQL may run as another account. */
export function temporaryDirectory(part: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `vigil-test-${part}-`));
  chmodSync(directory, 0o711);
  return directory;
}

export function removeDirectory(directory: string): void {
  if (existsSync(directory)) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}
