import { startEmbeddedNats, type EmbeddedNats, type ExitStatus } from '#embedded';
import { waitUntilHalted } from './halted.js';
import { letGo, watchOver } from './safety-net.js';
import { removeDirectory, temporaryDirectory } from './temporary-directory.js';

export interface TestNatsOptions {
  readonly extraConfig?: string;
  readonly serverName?: string;
  /** `always` unless set, as in production. */
  readonly syncInterval?: string;
  /** What JetStream may reserve on disk, bytes. */
  readonly maxStoreBytes?: number;
}

/** A nats-server of one test file's own. It keeps port and data over `kill` and `restart`. */
export class TestNats {
  readonly url: string;
  readonly port: number;

  private constructor(
    private server: EmbeddedNats,
    readonly storeDir: string,
    private readonly options: TestNatsOptions,
  ) {
    server.unref();
    this.url = server.url;
    this.port = server.port;
  }

  static async start(options: TestNatsOptions = {}): Promise<TestNats> {
    const storeDir = temporaryDirectory('nats');
    const server = await startEmbeddedNats({ ...options, storeDir }).catch((error: unknown) => {
      removeDirectory(storeDir);
      throw error;
    });
    watchOver(storeDir, server.pid);
    return new TestNats(server, storeDir, options);
  }

  get pid(): number {
    return this.server.pid;
  }

  get exited(): Promise<ExitStatus> {
    return this.server.exited;
  }

  /** SIGKILL ends it for good (then `restart`); SIGSTOP and SIGCONT halt it and let it go on. */
  kill(signal: NodeJS.Signals): void {
    this.server.kill(signal);
    if (signal === 'SIGSTOP') waitUntilHalted(this.server.pid);
  }

  /** Waits until a killed server has ended, or stops a live one, and starts it on the same port and data. */
  async restart(): Promise<void> {
    await this.server.stop();
    this.server = await startEmbeddedNats({ ...this.options, storeDir: this.storeDir, port: this.port });
    this.server.unref();
    watchOver(this.storeDir, this.server.pid);
  }

  /** What the server wrote last: print it when a test fails. */
  log(lines = 50): string {
    return this.server.logTail(lines);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    letGo(this.storeDir);
    removeDirectory(this.storeDir);
  }
}

export function startTestNats(options: TestNatsOptions = {}): Promise<TestNats> {
  return TestNats.start(options);
}
