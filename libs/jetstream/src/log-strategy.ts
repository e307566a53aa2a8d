/**
 * The transport that lets a Nest application handle the log like any other source of messages: a method marked
 * `@EventPattern('EVENTS')` gets batches of `LogMessage`, in order, one batch at a time. What the method throws
 * ends the reading, since going on would skip a batch.
 */
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import {
  BaseRpcContext,
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import type { NatsConnection } from '@nats-io/transport-node';
import { lastValueFrom, throwError, type Observable } from 'rxjs';
import type { LogMessage } from './log-message.js';
import { LogReader, type LogReaderOptions } from './log-reader.js';

export interface LogSubscription extends Omit<LogReaderOptions, 'fromSequence' | 'onFailure'> {
  /** Where to begin; asked when the application starts to listen, e.g. of the database. */
  readonly fromSequence: () => number | Promise<number>;
}

export interface JetStreamLogOptions {
  readonly connection: NatsConnection;
  /** One for each stream that the application has a handler for. */
  readonly subscriptions: readonly LogSubscription[];
  /** Told when a reader ended by a failure: of its handler, or because the log does not hold its position. */
  readonly onFailure: (stream: string, error: Error) => void;
}

/** Second argument of a handler (`@Ctx()`). */
export class LogContext extends BaseRpcContext<[LogReader]> {
  /** Position and lag of the reading. */
  get reader(): LogReader {
    return this.getArgByIndex(0);
  }
}

/**
 * Lets what a handler throws reach `onFailure` as it is. Without it (`app.useGlobalFilters(new LogErrorFilter())`)
 * Nest logs the error and puts "Internal server error" in its place.
 */
@Catch()
export class LogErrorFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

export class JetStreamLogStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly readers: LogReader[] = [];

  constructor(private readonly options: JetStreamLogOptions) {
    super();
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const [stream, handler] of this.messageHandlers) await this.read(stream, handler);
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Waits for the batches that are being handled. */
  async close(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }

  on(): never {
    throw new Error('A log has no events beside its messages: use onNotice and onFailure.');
  }

  unwrap<T>(): T {
    return this.readers as T;
  }

  private async read(stream: string, handler: MessageHandler): Promise<void> {
    const subscription = this.options.subscriptions.find((candidate) => candidate.stream === stream);
    if (!subscription) {
      const known = this.options.subscriptions.map((candidate) => candidate.stream).join(', ') || 'none';
      throw new Error(`@EventPattern('${stream}') has no subscription; there are: ${known}`);
    }
    const fromSequence = await subscription.fromSequence();
    const reader: LogReader = new LogReader(
      this.options.connection,
      { ...subscription, fromSequence, onFailure: (error) => this.options.onFailure(stream, error) },
      async (messages: LogMessage[]) => {
        try {
          const result = await handler(messages, new LogContext([reader]));
          await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
        } catch (error) {
          throw error instanceof Error
            ? error
            : new Error(`the handler of ${stream} failed: ${JSON.stringify(error)}`);
        }
      },
    );
    this.readers.push(reader);
    await reader.start();
  }
}
