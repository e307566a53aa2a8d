import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres, type ExitStatus } from '#embedded';
import { letGo, watchOver } from './safety-net.js';
import { removeDirectory, temporaryDirectory } from './temporary-directory.js';

export interface TestPostgresOptions {
  readonly extraSettings?: Readonly<Record<string, string | number>>;
}

/** A PostgreSQL of one test file's own. It keeps port and data over `kill` and `restart`. */
export class TestPostgres {
  /** Of the database `vigil`. */
  readonly url: string;
  readonly port: number;
  private databases = 0;

  private constructor(
    private server: EmbeddedPostgres,
    private readonly directory: string,
    private readonly options: TestPostgresOptions,
  ) {
    server.unref();
    this.url = server.url;
    this.port = server.port;
  }

  static async start(options: TestPostgresOptions = {}): Promise<TestPostgres> {
    const directory = temporaryDirectory('postgres');
    const dataDir = path.join(directory, 'data');
    const server = await startEmbeddedPostgres({ dataDir, ...options }).catch((error: unknown) => {
      removeDirectory(directory);
      throw error;
    });
    watchOver(directory, server.pid);
    return new TestPostgres(server, directory, options);
  }

  get pid(): number {
    return this.server.pid;
  }

  get exited(): Promise<ExitStatus> {
    return this.server.exited;
  }

  kill(signal: NodeJS.Signals): void {
    this.server.kill(signal);
  }

  /** Waits until a killed server has ended, or stops a live one, and starts it on the same port and data. */
  async restart(): Promise<void> {
    await this.server.stop();
    const dataDir = path.join(this.directory, 'data');
    this.server = await startEmbeddedPostgres({ dataDir, port: this.port, ...this.options });
    this.server.unref();
    watchOver(this.directory, this.server.pid);
  }

  /** Makes an empty database; returns its URL. */
  async createDatabase(): Promise<string> {
    this.databases += 1;
    const name = `test_${process.pid}_${this.databases}`;
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    } finally {
      await client.end();
    }
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** What the server wrote last: print it when a test fails. */
  log(lines = 50): string {
    return this.server.logTail(lines);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    letGo(this.directory);
    removeDirectory(this.directory);
  }
}

export function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  return TestPostgres.start(options);
}

/** An empty database in that server for one test; returns its URL. */
export function createTestDatabase(server: TestPostgres): Promise<string> {
  return server.createDatabase();
}
