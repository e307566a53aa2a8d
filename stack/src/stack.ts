/**
 * The whole system on this machine: which processes there are, the order in which they start and stop.
 *
 * 1. Servers before services, services before traffic; the other way round on the way down, so that what is in
 *    flight finds its way into the log and the database.
 * 2. `stop` may be called at any time, also while `start` is under way, and ends everything that was started.
 * 3. Addresses are written when everything answers, and removed before anything stops.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { withoutCredentials } from '#jetstream';
import { type EmbeddedServer, identify, startEmbeddedNats, startEmbeddedPostgres } from '#embedded';
import { choosePorts } from './directory/choose-ports.js';
import type { Addresses, Ports, StackDirectory } from './directory/stack-directory.js';
import { StackFailure } from './failure.js';
import type { StackOptions } from './options.js';
import { BoundedLog } from './processes/bounded-log.js';
import { KeptProcess } from './processes/kept-process.js';
import { stopLeftovers } from './processes/leftover-services.js';
import { ImportantLines, readableTail } from './processes/log-lines.js';
import { untilReady } from './processes/readiness.js';
import { launchService, serviceEnvironment } from './processes/service-process.js';

export const SERVICES = ['ingest', 'detector', 'recorder'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface StackAddresses extends Addresses {
  readonly ingest: string;
  readonly detector: string;
  readonly recorder: string;
  readonly nats: string;
  readonly postgres: string;
}

/** Exit code of a service whose settings are wrong: starting it again does not help. */
const BAD_CONFIG = 78;
const READY_LIMIT_MS = 120_000;
/** The recorder is not waited for longer than this: detection goes on without a database. */
const RECORDER_LIMIT_MS = 15_000;
/** So many ends of one service before it was ever ready make a start that failed. */
const MOST_FAILURES = 4;

export class Stack {
  private readonly servers: KeptProcess[] = [];
  private readonly services = new Map<ServiceName, KeptProcess>();
  private readonly logs: BoundedLog[] = [];
  private ports: Ports = {};
  private stopping: Promise<void> | null = null;

  constructor(
    private readonly options: StackOptions,
    private readonly directory: StackDirectory,
    /** The project's folder. */
    private readonly root: string,
    private readonly say: (line: string) => void,
    /** Told when a service ended for good. */
    private readonly onGivenUp: (reason: string) => void,
  ) {}

  /** Throws `StackFailure` with what to do, or what a server's start throws. */
  async start(): Promise<StackAddresses> {
    await stopLeftovers(this.directory.services, this.say);
    this.directory.services = [];
    this.ports = await this.choosePorts();
    const [nats, postgres] = await Promise.all([this.startNats(), this.startPostgres()]);
    const urls = Object.fromEntries(SERVICES.map((name) => [name, this.urlOf(name)]));
    const addresses = { ...urls, nats, postgres } as unknown as StackAddresses;
    await Promise.all(SERVICES.map((name) => this.startService(name, addresses)));
    this.unlessStopped();
    this.directory.ports = this.ports;
    this.directory.writeAddresses(addresses);
    return addresses;
  }

  /** Stops everything in order. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  /** Ends everything at once. */
  kill(): void {
    for (const kept of [...this.services.values(), ...this.servers]) kept.kill();
  }

  private async shutDown(): Promise<void> {
    this.directory.removeAddresses();
    await this.services.get('ingest')?.stop();
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    await Promise.all(this.servers.map((server) => server.stop()));
    this.directory.services = [];
    for (const log of this.logs) log.close();
  }

  private choosePorts(): Promise<Ports> {
    const { options } = this;
    const wanted: Record<string, number> = {
      ...(options.natsUrl === null && { nats: options.natsPort }),
      ...(options.databaseUrl === null && { postgres: options.postgresPort }),
      ingest: options.ingestPort,
      detector: options.detectorPort,
      recorder: options.recorderPort,
    };
    return choosePorts(wanted, this.directory.ports);
  }

  private async startNats(): Promise<string> {
    if (this.options.natsUrl !== null) {
      this.say(`Using NATS at ${withoutCredentials(this.options.natsUrl)}`);
      return this.options.natsUrl;
    }
    const port = this.ports.nats;
    await this.startServer('nats-server', () =>
      startEmbeddedNats({ storeDir: this.directory.natsDir, port, onMessage: this.sayOfServer }),
    );
    return `nats://127.0.0.1:${port}`;
  }

  private async startPostgres(): Promise<string> {
    if (this.options.databaseUrl !== null) {
      this.say(`Using PostgreSQL at ${withoutCredentials(this.options.databaseUrl)}`);
      return this.options.databaseUrl;
    }
    const port = this.ports.postgres;
    let url = '';
    await this.startServer('PostgreSQL', async () => {
      const server = await startEmbeddedPostgres({
        dataDir: this.directory.postgresDir,
        port,
        onMessage: this.sayOfServer,
      });
      url = server.url;
      return server;
    });
    return url;
  }

  /** The servers' library speaks in clauses. */
  private readonly sayOfServer = (line: string): void =>
    this.say(line.charAt(0).toUpperCase() + line.slice(1));

  private async startServer(name: string, launch: () => Promise<EmbeddedServer>) {
    this.unlessStopped();
    const onRelaunched = (): void => this.say(`${name} is ready again`);
    const kept = new KeptProcess({ name, launch, say: this.say, firstWaitMs: 500, onRelaunched });
    this.servers.push(kept);
    const begun = Date.now();
    await kept.start();
    this.say(`${name} is ready (${seconds(begun)})`);
  }

  private async startService(name: ServiceName, addresses: StackAddresses): Promise<void> {
    this.unlessStopped();
    const begun = Date.now();
    let givenUp: string | null = null;
    const log = new BoundedLog(this.directory.logFile(name), undefined, this.say);
    const important = new ImportantLines(name, this.say);
    this.logs.push(log);
    const service = new KeptProcess({
      name,
      say: this.say,
      hopelessCodes: [BAD_CONFIG],
      launch: () =>
        launchService({
          entry: path.join(this.root, 'dist', 'services', name, 'src', 'main.js'),
          cwd: this.root,
          env: serviceEnvironment(this.environmentOf(name, addresses)),
          onOutput: (chunk) => {
            log.write(chunk);
            important.take(chunk.toString());
          },
        }),
      onLaunched: () => this.recordServices(),
      onRelaunched: () => void this.tellWhenReadyAgain(name, addresses[name]),
      onGivenUp: (reason) => {
        givenUp = reason;
        this.onGivenUp(`${reason}. Its log ends:\n${this.logTail(name)}`);
      },
    });
    this.services.set(name, service);
    await service.start();
    const hopeless = (): boolean =>
      this.stopping !== null || givenUp !== null || service.recentFailures >= MOST_FAILURES;
    const readiness = await untilReady(addresses[name], {
      limitMs: name === 'recorder' ? RECORDER_LIMIT_MS : READY_LIMIT_MS,
      giveUp: hopeless,
      onWait: (reason) => this.say(`Waiting for ${name}: ${reason}`),
    });
    this.unlessStopped();
    if (readiness.ready) return this.say(`${name} is ready (${seconds(begun)})`);
    if (name === 'recorder' && !hopeless()) {
      return this.say(`recorder is not ready yet (${readiness.reason}); rows follow when it is`);
    }
    throw new StackFailure(
      `${name} did not become ready (${readiness.reason}). Its log (${this.directory.logFile(name)}) ends:\n` +
        this.logTail(name),
    );
  }

  private async tellWhenReadyAgain(name: ServiceName, url: string): Promise<void> {
    const begun = Date.now();
    const service = this.services.get(name);
    const pid = service?.pid;
    // Another end meanwhile has a message, and a wait, of its own.
    const outdated = (): boolean => this.stopping !== null || service?.pid !== pid;
    const readiness = await untilReady(url, {
      limitMs: READY_LIMIT_MS,
      giveUp: outdated,
      onWait: (reason) => this.say(`Waiting for ${name}: ${reason}`),
    });
    if (outdated()) return;
    this.say(
      readiness.ready
        ? `${name} is ready again (${seconds(begun)})`
        : `${name} is not ready: ${readiness.reason}`,
    );
  }

  private environmentOf(name: ServiceName, addresses: StackAddresses): Record<string, string> {
    return {
      NATS_URL: addresses.nats,
      DATABASE_URL: addresses.postgres,
      VIGIL_HTTP_HOST: this.options.httpHost,
      VIGIL_HTTP_PORT: String(this.ports[name]),
      VIGIL_LOG_FORMAT: 'json',
    };
  }

  private urlOf(name: ServiceName): string {
    const { httpHost } = this.options;
    const host = httpHost === '0.0.0.0' || httpHost === '::' ? '127.0.0.1' : httpHost;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.ports[name]}`;
  }

  /** For the next start, should this process be killed. */
  private recordServices(): void {
    this.directory.services = [...this.services].flatMap(([name, { pid }]) => {
      const process = pid === null ? null : identify(pid);
      return process === null ? [] : [{ name, process }];
    });
  }

  private logTail(name: ServiceName): string {
    try {
      return readableTail(readFileSync(this.directory.logFile(name), 'utf8').slice(-8_192), 12);
    } catch {
      return '    (no log)';
    }
  }

  private unlessStopped(): void {
    if (this.stopping !== null) throw new StackFailure('Stopped while starting.');
  }
}

function seconds(begunMs: number): string {
  return `${((Date.now() - begunMs) / 1_000).toFixed(1)} s`;
}
