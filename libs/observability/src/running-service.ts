/**
 * One service from its first HTTP answer to its last.
 *
 * 1. HTTP answers before the service has started, so that health can be asked from the first moment;
 *    the service is ready only once `start` has resolved.
 * 2. Stopping begins by not being ready, then `stop` waits for what is in flight, then HTTP closes.
 * 3. A stop during the start aborts the start's signal and gives it a moment to give up.
 * 4. Stopping twice is stopping once.
 */
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthRegistry, type ServicePhase } from './health.js';
import type { Logger } from './logger.js';
import { NestLogger } from './nest-logger.js';

/** A start that waits for a server which never comes must not hold up the stop. */
const GIVE_UP_MS = 2_000;

/** What makes up a service, beside its settings. */
export interface ServiceParts {
  /** The root module; it imports `ObservabilityModule`. */
  readonly module: Type<unknown> | DynamicModule;
  /** A Fastify with other limits than the usual. */
  readonly adapter?: FastifyAdapter;
  /** Called before HTTP listens: content parsers, hooks. */
  configure?(app: NestFastifyApplication): Promise<void> | void;
  /**
   * Connects, restores and begins to work. A rejection is fatal; an aborted signal means: give up. Whatever
   * goes on after it has resolved and then fails for good tells so by `fail`.
   */
  start(app: NestFastifyApplication, signal: AbortSignal, fail: (error: Error) => void): Promise<void>;
  /** Takes no more work and resolves when what was in flight is finished. Also called when the start was given up. */
  stop(app: NestFastifyApplication): Promise<void>;
}

export interface HttpSettings {
  readonly httpHost: string;
  readonly httpPort: number;
}

/** The address cannot be listened on; a person has to choose another. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export class RunningService {
  private readonly aborter = new AbortController();
  private stopping: Promise<void> | null = null;
  /** Settles with the start; rejects when it failed for another reason than a stop. */
  readonly started: Promise<void>;
  /** Resolves when the service failed for good after its start; never otherwise. */
  readonly failed: Promise<Error>;
  private fail: (error: Error) => void = () => undefined;

  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly parts: ServiceParts,
    private readonly health: HealthRegistry,
  ) {
    this.failed = new Promise((resolve) => (this.fail = resolve));
    this.started = this.start();
    // Whoever awaits `started` sees the failure; without this a late awaiter would crash the process first.
    this.started.catch(() => undefined);
  }

  /** Resolves as soon as HTTP answers. Throws `ListenError` when the address cannot be had. */
  static async open(parts: ServiceParts, http: HttpSettings, logger: Logger): Promise<RunningService> {
    const adapter = parts.adapter ?? new FastifyAdapter();
    const app = await NestFactory.create<NestFastifyApplication>(parts.module as Type<unknown>, adapter, {
      logger: new NestLogger(logger),
      abortOnError: false,
    });
    await parts.configure?.(app);
    try {
      await app.listen({ host: http.httpHost, port: http.httpPort });
    } catch (error) {
      await app.close();
      throw listenError(error as NodeJS.ErrnoException, http);
    }
    return new RunningService(app, await app.getUrl(), parts, app.get(HealthRegistry));
  }

  get phase(): ServicePhase {
    return this.health.phase;
  }

  /** Invariants 2, 3 and 4. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async start(): Promise<void> {
    try {
      await this.parts.start(this.app, this.aborter.signal, this.fail);
    } catch (error) {
      if (!this.aborter.signal.aborted) throw error;
    }
    if (!this.aborter.signal.aborted) this.health.enter('running');
  }

  private async shutDown(): Promise<void> {
    this.health.enter('stopping');
    this.aborter.abort();
    await Promise.race([this.started.catch(() => undefined), delay(GIVE_UP_MS)]);
    try {
      await this.parts.stop(this.app);
    } finally {
      await this.app.close();
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function listenError(error: NodeJS.ErrnoException, { httpHost, httpPort }: HttpSettings): Error {
  const place = `${httpHost}:${httpPort}`;
  if (error.code === 'EADDRINUSE') {
    return new ListenError(
      `${place} is taken by another process; set VIGIL_HTTP_PORT to a free port, or to 0 to take any`,
    );
  }
  if (error.code === 'EACCES') {
    return new ListenError(
      `${place} may not be listened on by this user; set VIGIL_HTTP_PORT to 1024 or above`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ListenError(`VIGIL_HTTP_HOST ${JSON.stringify(httpHost)} is no address of this machine`);
  }
  return error;
}
