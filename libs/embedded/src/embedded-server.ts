import type { ExitStatus } from './server-process.js';

/** A server that runs as a child of this process. */
export interface EmbeddedServer {
  /** As one pastes it into a client, with user and password where there are any. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ExitStatus>;
  /** An orderly end: what was acknowledged or committed is kept. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  logTail(lines?: number): string;
  /** Lets this process end while the server runs (which then ends, too). */
  unref(): void;
}
