/**
 * Reads a stream in order, from a given sequence on and for ever, over every loss of the connection or the server.
 *
 * 1. Every message from `fromSequence` on is handed over once, in order; for a reader without `subjects` the
 *    sequences have no gap. Where that cannot be kept (the stream was trimmed or replaced) the reader fails.
 * 2. One batch is being handled at a time; the next is received meanwhile.
 * 3. What is received and not handled is bounded by `bufferBytes`.
 *
 * Modes: `idle` → `reading` (start) → `stopped` (stop) or `failed` (the handler threw, or 1 cannot be kept).
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { onConnectionChange } from './connection-watch.js';
import { LogPositionError, LogUnavailableError } from './errors.js';
import type { DeliveredMessage, LogMessage } from './log-message.js';
import { isStreamMissing, PullSession, type SessionOwner } from './pull-session.js';
import { managerOf, streamState } from './stream-state.js';

export interface LogReaderOptions {
  readonly stream: string;
  /** The first sequence to be handed over; 1 for a stream that was never trimmed. */
  readonly fromSequence: number;
  /** Only messages on these subjects; all of them unless set. */
  readonly subjects?: readonly string[];
  readonly headersOnly?: boolean;
  /** Bound of what is received and not handled; at least twice the server's largest message. */
  readonly bufferBytes?: number;
  /** Most that one call of the handler gets. */
  readonly batchMessages?: number;
  /** Told of every interruption, one sentence each. */
  readonly onNotice?: (line: string) => void;
  /** Told each time that everything known to be in the stream has been handled; at the start too. */
  readonly onCaughtUp?: () => void;
  /** Told once, when the reader ends for good other than by `stop`. */
  readonly onFailure?: (error: Error) => void;
}

export type LogHandler = (messages: LogMessage[]) => void | Promise<void>;

type Mode = 'idle' | 'reading' | 'stopped' | 'failed';

const DEFAULT_BUFFER_BYTES = 32 * 1024 * 1024;
const DEFAULT_BATCH_MESSAGES = 4_096;
/** Small messages weigh more in memory than on the wire. */
const PULL_MESSAGES = 16_384;
const RETRY_MS = [20, 50, 100, 250, 500, 1_000];

export class LogReader {
  /** Resolves when reading has ended: with `null` after `stop`, with the error after a failure. */
  readonly ended: Promise<Error | null>;
  private mode: Mode = 'idle';
  private session: PullSession | null = null;
  private buffer: DeliveredMessage[] = [];
  private unhandledBytes = 0;
  /** Last sequence received; a new session begins after it. */
  private received: number;
  private handled: number;
  private unhandled = 0;
  private pendingOnServer = 0;
  private created = '';
  private pumping: Promise<void> | null = null;
  private opening = false;
  private attempts = 0;
  private unwatch: () => void = () => undefined;
  private settle!: (error: Error | null) => void;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: LogReaderOptions,
    private readonly handler: LogHandler,
  ) {
    this.received = options.fromSequence - 1;
    this.handled = this.received;
    this.ended = new Promise((resolve) => (this.settle = resolve));
  }

  /** The last sequence whose handling is complete; `fromSequence - 1` at first. */
  get position(): number {
    return this.handled;
  }

  /** Messages known to be in the stream (and on the reader's subjects) and not yet handled. */
  get lag(): number {
    return this.pendingOnServer + this.unhandled;
  }

  /** Bytes received and not yet handled. */
  get bufferedBytes(): number {
    return this.unhandledBytes;
  }

  /** Whether everything known to be in the stream has been handled. */
  get caughtUp(): boolean {
    return this.lag === 0 && this.session !== null;
  }

  /**
   * Resolves when reading has begun; while the server is away it waits. Throws `LogPositionError` when the stream
   * does not hold the position, and the client's `StreamNotFoundError` when there is no such stream.
   */
  async start(): Promise<void> {
    if (this.mode !== 'idle')
      throw new Error(`a reader of ${this.options.stream} is started once; it is ${this.mode}`);
    this.mode = 'reading';
    this.unwatch = onConnectionChange(this.connection, (change) => {
      if (change === 'closed') this.fail(new LogUnavailableError('the connection to NATS was closed'));
      else if (change === 'disconnected') this.abandon();
      else this.reopen('connected again');
    });
    this.opening = true;
    try {
      await this.openUntilDone(isStreamMissing);
    } catch (error) {
      this.finish('failed', error as Error);
      throw error;
    } finally {
      this.opening = false;
    }
  }

  /** Takes in no more, waits for the batch that is being handled, and drops what was received beyond it. */
  async stop(): Promise<void> {
    if (this.mode === 'reading' || this.mode === 'idle') this.finish('stopped', null);
    await this.pumping;
  }

  private async open(): Promise<void> {
    const { stream, subjects = [], headersOnly = false } = this.options;
    await this.checkPosition();
    const manager = await managerOf(this.connection);
    const pullBytes = this.pullBytes();
    const request = {
      stream,
      fromSequence: this.received + 1,
      subjects,
      headersOnly,
      pullMessages: PULL_MESSAGES,
      pullBytes,
    };
    const { session, pending } = await PullSession.open(this.connection, manager, request, this.owner());
    if (this.mode !== 'reading') return session.end();
    if (session.isEnded) throw new LogUnavailableError('the consumer ended while it was made');
    this.session = session;
    this.pendingOnServer = pending;
    this.attempts = 0;
    this.pullIfRoom();
    this.tellIfCaughtUp();
  }

  private owner(): SessionOwner {
    return {
      onMessage: (message, pending) => this.receive(message, pending),
      onPullDone: () => this.pullIfRoom(),
      onTrouble: (reason) => this.reopen(reason),
    };
  }

  private pullBytes(): number {
    const largest = (this.connection.info?.max_payload ?? 0) + 64 * 1024;
    return Math.max((this.options.bufferBytes ?? DEFAULT_BUFFER_BYTES) / 2, largest);
  }

  private async checkPosition(): Promise<void> {
    const { stream } = this.options;
    const { first, last, created } = await streamState(this.connection, stream);
    const next = this.received + 1;
    const problem = (text: string): Error => new LogPositionError(stream, next, { first, last }, text);
    if (this.created !== '' && created !== this.created)
      throw problem('it was deleted and made anew meanwhile');
    if (next < first) throw problem('what lies between was trimmed');
    if (next > last + 1)
      throw problem('it is shorter than it was: another log, or an older copy of this one');
    this.created = created;
  }

  private receive(message: DeliveredMessage, pending: number): void {
    if (this.mode !== 'reading') return;
    if (this.options.subjects === undefined && message.sequence !== this.received + 1) {
      const held = { first: message.sequence, last: message.sequence + pending };
      this.fail(new LogPositionError(this.options.stream, this.received + 1, held, 'messages are missing'));
      return;
    }
    this.received = message.sequence;
    this.pendingOnServer = pending;
    this.buffer.push(message);
    this.unhandledBytes += message.size;
    this.unhandled += 1;
    this.pumping ??= this.pump();
  }

  private async pump(): Promise<void> {
    // Lets what the socket holds already come together to one batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.mode === 'reading' && this.buffer.length > 0) {
      const batch = this.takeBatch();
      try {
        await this.handler(batch);
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)));
        break;
      }
      this.handled = batch[batch.length - 1].sequence;
      this.unhandled -= batch.length;
      for (const message of batch) this.unhandledBytes -= message.size;
      this.pullIfRoom();
      this.tellIfCaughtUp();
    }
    this.pumping = null;
  }

  private takeBatch(): DeliveredMessage[] {
    const most = this.options.batchMessages ?? DEFAULT_BATCH_MESSAGES;
    if (this.buffer.length <= most) {
      const all = this.buffer;
      this.buffer = [];
      return all;
    }
    return this.buffer.splice(0, most);
  }

  private pullIfRoom(): void {
    if (this.unhandledBytes <= this.pullBytes() && this.buffer.length <= PULL_MESSAGES) this.session?.next();
  }

  private tellIfCaughtUp(): void {
    if (this.mode === 'reading' && this.caughtUp) this.options.onCaughtUp?.();
  }

  private abandon(): void {
    this.session?.end();
    this.session = null;
  }

  /** Makes a new session after the last message received; again and again until it succeeds. */
  private reopen(reason: string): void {
    this.abandon();
    if (this.mode !== 'reading' || this.opening) return;
    this.options.onNotice?.(`${this.options.stream} is read anew from ${this.received + 1}: ${reason}`);
    this.opening = true;
    void this.openUntilDone(() => false)
      .catch((error: Error) => this.fail(error))
      .finally(() => (this.opening = false));
  }

  /** Throws `LogPositionError`, and what `isFinal` says is not worth another attempt. */
  private async openUntilDone(isFinal: (error: unknown) => boolean): Promise<void> {
    while (this.mode === 'reading' && this.session === null) {
      const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
      this.attempts += 1;
      try {
        await this.open();
      } catch (error) {
        if (error instanceof LogPositionError || isFinal(error)) throw error;
        if (this.attempts === 1)
          this.options.onNotice?.(`${this.options.stream} cannot be read: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private fail(error: Error): void {
    if (this.mode !== 'reading') return;
    this.finish('failed', error);
    this.options.onFailure?.(error);
  }

  private finish(mode: 'stopped' | 'failed', error: Error | null): void {
    this.mode = mode;
    this.unwatch();
    this.abandon();
    this.buffer = [];
    const settle = (): void => this.settle(error);
    if (this.pumping) void this.pumping.then(settle);
    else settle();
  }
}
