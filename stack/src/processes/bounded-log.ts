/** A log file that keeps its newest lines: at the limit it becomes `<file>.1`, and the one before that goes. */
import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const MAX_BYTES = 10 * 1024 * 1024;

export class BoundedLog {
  private fd: number | null = null;
  private size = 0;
  private lost = 0;

  constructor(
    private readonly file: string,
    private readonly maxBytes = MAX_BYTES,
    private readonly say: (line: string) => void = () => undefined,
  ) {}

  /** Never throws: a log that cannot be written (a full disk, say) loses lines, and that is told once. */
  write(bytes: Uint8Array): void {
    try {
      this.open();
      if (this.size + bytes.length > this.maxBytes && this.size > 0) this.rotate();
      writeSync(this.fd!, bytes);
      this.size += bytes.length;
      this.lost = 0;
    } catch (error) {
      if (this.lost === 0) this.say(`${this.file} cannot be written: ${(error as Error).message}`);
      this.lost += 1;
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private open(): void {
    if (this.fd !== null) return;
    this.fd = openSync(this.file, 'a', 0o600);
    this.size = statSync(this.file).size;
  }

  private rotate(): void {
    this.close();
    renameSync(this.file, `${this.file}.1`);
    this.open();
  }
}
